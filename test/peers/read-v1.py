"""Tells as JSON what libtorrent reads in a .torrent, and the info hash that it makes itself of the same files.

The files lie below a folder, under the names of the metainfo; no `source` is in the info dictionary.
"""
import json
import os
import sys

import libtorrent as lt

torrent, folder = sys.argv[1:]
info = lt.torrent_info(torrent)
paths = [info.files().file_path(index) for index in range(info.num_files())]
files = lt.file_storage()
for path in paths:
    files.add_file(path, os.path.getsize(os.path.join(folder, path)))
made = lt.create_torrent(files, info.piece_length(), flags=lt.create_torrent.v1_only)
made.set_priv(info.priv())
lt.set_piece_hashes(made, folder)
print(json.dumps({
    "info_hash": str(info.info_hash()),
    "made": str(lt.torrent_info(made.generate()).info_hash()),
    "name": info.name(),
    "private": info.priv(),
    # libtorrent shuffles those of a tier (BEP 12)
    "trackers": sorted(([t.url, t.tier] for t in info.trackers()), key=lambda t: (t[1], t[0])),
    "web_seeds": [seed["url"] for seed in info.web_seeds()],
    "comment": info.comment(),
}))
