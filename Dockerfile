# Debian, not Alpine: Temporal's native core needs glibc.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY scripts ./scripts
COPY src ./src
COPY workflows ./workflows
COPY activities ./activities
COPY simulators ./simulators
COPY demo ./demo
RUN npm run build && mkdir parts && mv dist/simulators dist/demo parts/

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Temporal's package brings its native core for five platforms; an image runs on Linux.
RUN npm ci --omit=dev --omit=optional \
  && find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 \
    ! -name '*-linux-gnu' -exec rm -rf {} +

# With an embedded PostgreSQL and what the simulated providers draw with.
FROM dependencies AS all-dependencies
RUN npm ci --omit=dev \
  && find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 \
    ! -name '*-linux-gnu' -exec rm -rf {} +

# The product alone: its channels lead to real providers, its database and engine are yours.
FROM node:24-bookworm-slim AS production
LABEL org.opencontainers.image.title="Reelay" \
  org.opencontainers.image.licenses="MIT"
ENV NODE_ENV=production
RUN groupadd --gid 10001 reelay \
  && useradd --uid 10001 --gid reelay --no-create-home --home-dir /data reelay \
  && mkdir /data && chown reelay:reelay /data
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json ./
COPY scripts/reelay.mjs scripts/freshness.mjs ./scripts/
USER 10001
VOLUME /data
EXPOSE 8080
# Alive, not ready: a database that is away is no reason to be restarted.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/livez').then((reply) => process.exit(reply.ok ? 0 : 1), () => process.exit(1))"]
# Run it with --init (compose: init: true): Docker's own tini then reaps children and forwards signals.
ENTRYPOINT ["node", "scripts/reelay.mjs"]
CMD ["start", "--data", "/data", "--host", "0.0.0.0", "--port", "8080"]

# To try and to develop against: the same, with the simulated providers and the demo.
FROM production AS development
COPY --from=all-dependencies /app/node_modules ./node_modules
COPY --from=build /app/parts ./dist

# What `docker build .` makes.
FROM production
