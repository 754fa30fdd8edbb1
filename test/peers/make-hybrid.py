"""Writes a .torrent with v1 and v2 hashes (BEP 52) of a file or folder, and prints its two info hashes:
that of v1, and that of v2 cut to 20 bytes, as trackers get to see it.

Such a torrent has padding files (BEP 47), which are in its v1 hashes and never on disk.
"""
import os
import sys

import libtorrent as lt

content, torrent, piece_length = sys.argv[1:]
files = lt.file_storage()
lt.add_files(files, content)
made = lt.create_torrent(files, int(piece_length))
lt.set_piece_hashes(made, os.path.dirname(content))
with open(torrent, "wb") as out:
    out.write(lt.bencode(made.generate()))
info = lt.torrent_info(torrent)
assert info.info_hashes().has_v1() and info.info_hashes().has_v2()
print(info.info_hashes().v1, str(info.info_hashes().v2)[:40])
