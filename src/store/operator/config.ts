import { sql } from 'drizzle-orm';
import type { ConfigStore } from '../../core/ports/store/config';
import type { Database } from '../base/database';
import { installation } from '../schema';

/** The version of the config is a part of the one row of the installation. */
export function configStore(db: Database): ConfigStore {
  return {
    async told() {
      const [row] = await db.select().from(installation);
      const { configVersion, configToldAt, configToldBy } = row ?? {};
      if (!configVersion || !configToldAt) return undefined;
      return {
        version: configVersion,
        toldAt: configToldAt.getTime(),
        toldBy: configToldBy ?? '',
      };
    },
    async tell({ version, toldAt, toldBy }) {
      await db
        .update(installation)
        .set({ configVersion: version, configToldAt: new Date(toldAt), configToldBy: toldBy })
        .where(sql`${installation.configVersion} IS DISTINCT FROM ${version}`);
    },
  };
}
