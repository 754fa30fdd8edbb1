#!/bin/sh
# The exchange of the API over curl: create a session, add a torrent, list it, delete it, delete the session.
# usage: examples/exchange.sh [base URL] [magnet link or .torrent file] [seconds to wait for it to finish]
set -eu
base=${1:-http://127.0.0.1:3000}
source=${2:-magnet:?xt=urn:btih:6f8cd699135b491513e65d967a052a7087750d9c}
patience=${3:-0}

field() { # the first string or number of that name in the JSON on standard input
  sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p" | head -n 1
}

created=$(curl -fsS -X POST "$base/v1/sessions" -d 'port_range=6881,6891' -d memory_only=0 -d name=example)
echo "$created"
session=$(echo "$created" | field id)

case $source in
magnet:*) added=$(curl -fsS -X POST "$base/v1/sessions/$session/torrents" --data-urlencode "magnet=$source" -d save_path=example) ;;
*) added=$(curl -fsS -X POST "$base/v1/sessions/$session/torrents" -F "file=@$source" -F save_path=example) ;;
esac
echo "$added"
torrent=$(echo "$added" | field info_hash)

while [ "$patience" -gt 0 ]; do
  [ "$(curl -fsS "$base/v1/sessions/$session/torrents/$torrent" | field state)" = seeding ] && break
  patience=$((patience - 1))
  sleep 1
done

curl -fsS "$base/v1/sessions/$session/torrents" && echo
curl -fsS "$base/v1/sessions/$session" && echo
curl -fsS -X DELETE "$base/v1/sessions/$session/torrents/$torrent" && echo
curl -fsS -X DELETE "$base/v1/sessions/$session" && echo
