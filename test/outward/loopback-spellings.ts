const spellings = `
  127.0.0.1 127.0.0.1. 127.1 127.0.1 127.255.255.254 0177.0.0.1 0177.1 0x7f.0.0.1 0x7f.1 2130706433 0x7f000001
  017700000001 0X7F.0X0.0X0.0X1 0 0.0.0.0 0x0 %31%32%37.0.0.1 １２７.0.0.1 127。0。0。1 ①②⑦.0.0.1 localhost LOCALHOST
  localhost. a.localhost ｌｏｃａｌｈｏｓｔ [::1] [0:0:0:0:0:0:0:1] [::] [::127.0.0.1] [::ffff:127.0.0.1]
  [::ffff:7f00:1] [0:0:0:0:0:ffff:127.0.0.1] [::ffff:0:127.0.0.1] [64:ff9b::7f00:1] [2002:7f00:1::]
`

/** Ways to write an address of this machine as the host of a URL, that need no name server. */
export const loopbackSpellings: readonly string[] = spellings.trim().split(/\s+/)
