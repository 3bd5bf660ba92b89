#!/bin/sh
# Post a video, wait for it, download it: with curl and nothing else.
#
#   npm start                      # in another terminal; prints the API key
#   REELAY_KEY=rl_... sh examples/01-submit-and-wait/run.sh
set -eu
url="${REELAY_URL:-http://127.0.0.1:8080}"
file="${1:-video.mp4}"

# One field of a flat answer, without a JSON tool.
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }

# The key makes it safe to send the request again when no answer came: it stays one video and one bill.
id=$(curl -sSf "$url/v1/videos" \
  -H "Authorization: Bearer $REELAY_KEY" \
  -H 'Content-Type: application/json' \
  -H "Idempotency-Key: example-$$-$(date +%s)" \
  -d '{"model": "seedance-2.0", "prompt": "a paper boat on a pond", "duration": 5, "resolution": "720p"}' |
  field id)
echo "posted $id"

# Asking costs nothing, and the answer comes from Reelay's own database.
while :; do
  answer=$(curl -sSf "$url/v1/videos/$id" -H "Authorization: Bearer $REELAY_KEY")
  status=$(printf '%s' "$answer" | field status)
  case "$status" in
    completed) break ;;
    failed) echo "failed: $answer" >&2; exit 1 ;;
  esac
  sleep 1
done

curl -sSf "$url/v1/videos/$id/content" -H "Authorization: Bearer $REELAY_KEY" -o "$file"
echo "saved $file, $(wc -c <"$file" | tr -d ' ') bytes"
