/**
 * `/docs`: a page to read and try the API. It is made in the browser from `/openapi.json`, has no origin but this
 * server by its Content-Security-Policy, and keeps a key nowhere but in its own field.
 */
import type { Page } from '../handlers/page.ts'
import { apiPageScript } from './api-page-script.ts'
import { openApiPage } from './openapi.ts'

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>RestTorrent API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/page.css">
<script src="docs/page.js" defer></script>
</head>
<body>
<form id="head">
<h1>RestTorrent API</h1>
<label>API key <input id="key" type="password" autocomplete="off" spellcheck="false"></label>
<label>Find <input id="find" type="search" autocomplete="off"></label>
</form>
<main id="operations"><noscript>This page needs JavaScript; the same is in docs/api.md.</noscript></main>
</body>
</html>
`

const css = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
body { margin: 0 auto; max-width: 60rem; padding: 1rem }
#head { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: baseline }
h1 { font-size: 1.4rem; margin: 0 }
h2 { font-size: 1.1rem; margin: 1.5rem 0 .3rem }
details { border: 1px solid #8886; border-radius: 4px; margin: .25rem 0; padding: .3rem .6rem }
summary { cursor: pointer; overflow-wrap: anywhere }
summary b, pre, code { font-family: ui-monospace, monospace }
summary b { display: inline-block; min-width: 4.5rem }
table { border-collapse: collapse; width: 100% }
td { border-top: 1px solid #8884; padding: .2rem .4rem; vertical-align: top }
td:first-child { white-space: nowrap }
input { font: inherit }
td input { width: 14rem }
small { opacity: .75 }
pre { background: #8881; max-height: 24rem; overflow: auto; padding: .5rem; white-space: pre-wrap; overflow-wrap: anywhere }
`

function publicPage(path: string, contentType: string, text: string): Page {
  const headers = { 'Content-Security-Policy': policy }
  return { path, isPublic: true, contentType, headers, body: () => text }
}

/** The page with all that it loads, for everybody: it tells nothing of this server. */
export const apiPages: readonly Page[] = [
  openApiPage,
  publicPage('/docs', 'text/html; charset=utf-8', html),
  publicPage('/docs/page.css', 'text/css; charset=utf-8', css),
  publicPage('/docs/page.js', 'text/javascript; charset=utf-8', apiPageScript),
]
