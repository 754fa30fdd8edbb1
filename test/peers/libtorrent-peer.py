"""A libtorrent session that is told what to do by JSON lines and tells what happens by JSON lines.

Settings come as one JSON argument. It ends when its input ends, so that it never outlives its test.
"""
import json
import queue
import sys
import threading

import libtorrent as lt

ENCRYPTION = {"forced": 0, "enabled": 1, "disabled": 2}
DOWNLOADED = (lt.torrent_status.finished, lt.torrent_status.seeding)


def tell(event, **fields):
    print(json.dumps({"event": event, **fields}), flush=True)


def open_session(settings):
    policy = ENCRYPTION[settings["encryption"]]
    categories = lt.alert.category_t
    quiet = categories.error_notification | categories.status_notification
    talkative = categories.all_categories & ~categories.stats_notification
    return lt.session({
        "listen_interfaces": f"{settings['host']}:{settings['port']}",
        # who listens on an address of its own dials from it too
        "outgoing_interfaces": settings["host"] if settings["host"].startswith("127.") else "",
        "enable_dht": settings.get("dht", False),
        "dht_bootstrap_nodes": "",
        "dht_restrict_routing_ips": False,
        "dht_restrict_search_ips": False,
        "dht_ignore_dark_internet": False,
        "dht_block_ratelimit": 1000,
        "enable_lsd": settings.get("lsd", False),
        "enable_upnp": False,
        "enable_natpmp": False,
        "enable_incoming_utp": False,
        "enable_outgoing_utp": False,
        "in_enc_policy": policy,
        "out_enc_policy": policy,
        "allowed_enc_level": 2 if settings["encryption"] == "forced" else 3,
        "allow_multiple_connections_per_ip": True,
        "stop_tracker_timeout": 1,
        "alert_mask": quiet if settings.get("quiet") else talkative,
    })


def find(session, info_hash):
    return next(t for t in session.get_torrents() if str(t.info_hash()) == info_hash)


def add(session, folder, torrent=None, magnet=None, peers=(), priorities=None, whole=False):
    """Adds a torrent: what is in the folder is checked and seeded, the rest is downloaded, by files' priorities.

    What is said to be whole is seeded, each piece checked when it is asked for.
    """
    if torrent is None:
        params = lt.parse_magnet_uri(magnet)
    else:
        params = lt.add_torrent_params()
        params.ti = lt.torrent_info(torrent)
    params.save_path = folder
    if priorities is not None:
        params.file_priorities = priorities
    params.flags &= ~(lt.torrent_flags.auto_managed | lt.torrent_flags.paused)
    if whole:
        params.flags |= lt.torrent_flags.seed_mode
    handle = session.add_torrent(params)
    for host, port in peers:
        handle.connect_peer((host, port))
    tell("added", info_hash=str(handle.info_hash()))


def connect(session, info_hash, host, port):
    find(session, info_hash).connect_peer((host, port))


def tell_peers(session, info_hash):
    """What it knows of its peers, by their extended handshakes among others."""
    tell("peers", peers=[{
        "client": bytes(peer.client).decode(errors="replace"),
        "upload_only": bool(peer.flags & peer.upload_only),
        "seed": bool(peer.flags & peer.seed),
        "pieces": sum(peer.pieces),
        "encrypted": bool(peer.flags & peer.rc4_encrypted),
    } for peer in find(session, info_hash).get_peer_info()])


COMMANDS = {"add": add, "connect": connect, "peers": tell_peers}


def obey(session, line):
    try:
        request = json.loads(line)
        COMMANDS[request.pop("command")](session, **request)
    except Exception as error:  # whatever it is, the test reads it
        tell("error", message=f"{type(error).__name__}: {error}")


def tell_alert(alert):
    if isinstance(alert, lt.listen_succeeded_alert) and alert.socket_type == lt.socket_type_t.tcp:
        tell("listening", port=alert.port)
    elif isinstance(alert, (lt.torrent_error_alert, lt.file_error_alert, lt.listen_failed_alert)):
        tell("error", message=alert.message())
    elif isinstance(alert, lt.peer_log_alert) and "<== EXTENDED_HANDSHAKE" in alert.message():
        tell("extended", message=alert.message())
    elif isinstance(alert, (lt.peer_connect_alert, lt.peer_disconnected_alert, lt.peer_error_alert,
                            lt.tracker_error_alert, lt.tracker_reply_alert, lt.metadata_received_alert)):
        tell("log", message=alert.message())


def tell_progress(session, told):
    for handle in session.get_torrents():
        status = handle.status()
        info_hash = str(handle.info_hash())
        done = status.state in DOWNLOADED
        state = (str(status.state), status.progress_ppm, status.num_peers)
        if told.get(info_hash) == state:
            continue
        told[info_hash] = state
        tell("progress", info_hash=info_hash, state=state[0], progress=status.progress, num_peers=state[2])
        if done:
            tell("done", info_hash=info_hash)


def read_lines(lines):
    for line in sys.stdin:
        lines.put(line)
    lines.put(None)


def waiting(lines):
    """What came within a twentieth of a second, or nothing."""
    try:
        yield lines.get(timeout=0.05)
        while not lines.empty():
            yield lines.get()
    except queue.Empty:
        return


def main():
    session = open_session(json.loads(sys.argv[1]))
    lines = queue.Queue()
    threading.Thread(target=read_lines, args=(lines,), daemon=True).start()
    told = {}
    while True:
        # not wait_for_alert: what it gives lies in a queue that moves while Python looks at it
        for line in waiting(lines):
            if line is None:
                return
            obey(session, line)
        for alert in session.pop_alerts():
            tell_alert(alert)
        tell_progress(session, told)


main()
