/** What runs in the browser on `/docs`. It writes text only, never markup. */
export const apiPageScript = String.raw`'use strict'
const byId = (id) => document.getElementById(id)

function make(name, text, ...inside) {
  const element = document.createElement(name)
  if (text !== undefined) element.textContent = text
  element.append(...inside)
  return element
}

const base64Of = (file) =>
  new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(reader.result.split(',')[1] ?? '')
    reader.onerror = () => reject(reader.error)
    reader.readAsDataURL(file)
  })

/** The parameters of an operation: where each goes, and what is said of it. */
function fieldsOf({ parameters = [], requestBody }) {
  const named = parameters
    .map((one) => ('$ref' in one ? { ...described.components.parameters.idempotencyKey } : one))
    .map(({ name, in: place, required = false, description, schema }) => ({ name, place, required, description, schema }))
  const body = requestBody?.content['application/json'].schema ?? {}
  const inBody = Object.entries(body.properties ?? {}).map(([name, schema]) => ({
    name,
    place: 'body',
    required: (body.required ?? []).includes(name),
    description: schema.description,
    schema,
  }))
  return [...named, ...inBody]
}

function typeOf(schema) {
  if (schema.enum) return schema.enum.join(' | ')
  if (schema.contentEncoding) return 'file'
  if (schema.anyOf) return [...new Set(schema.anyOf.map(typeOf))].join(' | ')
  return schema.type ?? ''
}

/** A list or an object is given as JSON, anything else as it is written. */
function valueOf(text) {
  if (!/^\s*[[{]/.test(text)) return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

async function send(method, path, inputs, shown) {
  let address = path
  const query = new URLSearchParams()
  const headers = {}
  const body = {}
  if (byId('key').value !== '') headers.Authorization = 'Bearer ' + byId('key').value
  for (const [{ name, place }, input] of inputs) {
    const value = input.files ? (input.files[0] ? await base64Of(input.files[0]) : '') : input.value
    if (place === 'path') address = address.replace('{' + name + '}', encodeURIComponent(value))
    else if (value === '') continue
    else if (place === 'query') query.set(name, value)
    else if (place === 'header') headers[name] = value
    else body[name] = valueOf(value)
  }
  const options = { method, headers, credentials: 'omit' }
  if (Object.keys(body).length > 0) {
    headers['Content-Type'] = 'application/json'
    options.body = JSON.stringify(body)
  }
  const text = query.toString()
  const from = performance.now()
  try {
    const response = await fetch(address + (text === '' ? '' : '?' + text), options)
    const answer = await response.text()
    const status = response.status + ' in ' + Math.round(performance.now() - from) + ' ms'
    let pretty = answer
    try {
      pretty = JSON.stringify(JSON.parse(answer), null, 2)
    } catch {}
    shown.textContent = status + '\n' + pretty
  } catch (error) {
    shown.textContent = String(error)
  }
}

function form(method, path, operation) {
  const table = make('table')
  const inputs = fieldsOf(operation).map((field) => {
    const input = make('input')
    input.name = field.name
    input.type = field.schema.contentEncoding ? 'file' : 'text'
    if (field.schema.default !== undefined) input.placeholder = String(field.schema.default)
    const about = make('small', [typeOf(field.schema), field.description ?? ''].filter((one) => one !== '').join(': '))
    const name = make('code', field.name + (field.required ? ' *' : ''))
    table.append(make('tr', undefined, make('td', undefined, name), make('td', undefined, input), make('td', undefined, about)))
    return [field, input]
  })
  const button = make('button', 'Send')
  const shown = make('pre')
  shown.hidden = true
  button.onclick = async () => {
    button.disabled = true
    await send(method, path, inputs, shown)
    shown.hidden = false
    button.disabled = false
  }
  const fails = Object.values(operation.responses).map((one) => one.description).filter((one) => one !== 'Success')
  const trial = operation['x-stream'] ? [] : [button, shown] // a stream is not for a page
  return [make('p', operation.description), table, ...trial, make('p', undefined, make('small', 'Failures: ' + fails.join(', ')))]
}

function entry(method, path, operation) {
  const summary = make('summary', undefined, make('b', method), ' ' + path + ' ', make('small', operation.summary))
  const details = make('details', undefined, summary)
  details.id = operation.operationId
  details.ontoggle = () => {
    if (details.childElementCount === 1) details.append(...form(method, path, operation))
  }
  return details
}

let described
async function show() {
  const answer = await fetch('openapi.json')
  described = await answer.json()
  const sections = new Map()
  for (const [path, methods] of Object.entries(described.paths))
    for (const [method, operation] of Object.entries(methods)) {
      const [tag = ''] = operation.tags
      if (!sections.has(tag)) sections.set(tag, make('section', undefined, make('h2', tag)))
      sections.get(tag).append(entry(method.toUpperCase(), path, operation))
    }
  byId('operations').replaceChildren(...sections.values())
}

byId('head').onsubmit = () => false
byId('find').oninput = () => {
  const wanted = byId('find').value.toLowerCase()
  for (const details of document.querySelectorAll('details'))
    details.hidden = !(details.id + details.firstElementChild.textContent).toLowerCase().includes(wanted)
}
show().catch((error) => byId('operations').replaceChildren(make('p', String(error))))
`
