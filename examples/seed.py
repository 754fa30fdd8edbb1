#!/usr/bin/python3
"""Seeds a file or folder with libtorrent on loopback and prints a magnet link that leads to it.

usage: /usr/bin/python3 examples/seed.py PATH [SECONDS]      (Debian: apt-get install python3-libtorrent)
"""
import os
import sys
import time

import libtorrent as lt

path = os.path.abspath(sys.argv[1])
seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 3600
folder = os.path.dirname(path)

files = lt.file_storage()
lt.add_files(files, path)
creator = lt.create_torrent(files, 0, lt.create_torrent.v1_only)
lt.set_piece_hashes(creator, folder)
info = lt.torrent_info(lt.bdecode(lt.bencode(creator.generate())))

session = lt.session({
    "listen_interfaces": "127.0.0.1:0",
    "allow_multiple_connections_per_ip": True,
    "enable_dht": False,
    "enable_lsd": False,
    "enable_upnp": False,
    "enable_natpmp": False,
})
session.add_torrent({"ti": info, "save_path": folder})
while session.listen_port() == 0:
    time.sleep(0.05)
print(f"magnet:?xt=urn:btih:{info.info_hash()}&x.pe=127.0.0.1:{session.listen_port()}", flush=True)
time.sleep(seconds)
