import { globSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { describe, expect, it } from 'vitest'
import { auditActions } from '../../server/src/impersonation/audit-event.ts'
import { denials } from '../../server/src/impersonation/denial.ts'
import { createMetrics } from '../../server/src/standalone/metrics/metrics.ts'
import { codeSpans, readDocument, root } from './markdown.ts'

const files = globSync('deploy/**/*', { cwd: root, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => `${entry.parentPath}/${entry.name}`.slice(root.length + 1))
  .toSorted()
const ending = (...names: readonly string[]): string[] =>
  files.filter((file) => names.some((name) => file.endsWith(name)))
const found = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, one = '']) => one)

/** The documents of a YAML file, as lines with their indentation; comments and blank lines left out. */
const yamlDocuments = (file: string): string[][] =>
  readDocument(file)
    .split(/^---$/m)
    .map((text) => text.split('\n').filter((line) => /^\s*[^\s#]/.test(line)))

it('every file is named in docs/how-to/deploy.md', () => {
  expect(files.length).toBeGreaterThan(10)
  const named = codeSpans(readDocument('docs/how-to/deploy.md'))
  const isNamed = (file: string): boolean =>
    [file, basename(file), `${dirname(file)}/*.yml`].some((name) => named.includes(name))
  expect(files.filter((file) => !isNamed(file))).toEqual([])
  const gone = named.filter((name) => /^deploy\/.*\.\w+$/.test(name) && !name.includes('*'))
  expect(gone.filter((name) => !files.includes(name))).toEqual([])
})

it.each(ending('.json'))('%s is JSON', (file) => {
  expect(JSON.parse(readDocument(file))).toEqual(expect.any(Object))
})

/** Lines that are no YAML of the plain kind: a level of other than two spaces, a name twice in a block. */
function oddLines(lines: readonly string[]): string[] {
  const blocks: { readonly indent: number; readonly names: Set<string> }[] = []
  let folded = Infinity
  return lines.filter((line) => {
    const [, spaces = '', dash = '', rest = ''] = /^( *)((?:- )?)(.*)$/.exec(line) ?? []
    if (spaces.length > folded) return false
    folded = Infinity
    const indent = spaces.length + dash.length
    while ((blocks.at(-1)?.indent ?? -1) > indent) blocks.pop()
    // Each item of a list is a block of its own.
    if (dash !== '' && blocks.at(-1)?.indent === indent) blocks.pop()
    const [, name, value = ''] = /^([\w./-]+):(?: (.*))?$/.exec(rest) ?? []
    if (name === undefined) return dash === ''
    if (/^[>|]-?$/.test(value)) folded = indent
    if (blocks.at(-1)?.indent !== indent) blocks.push({ indent, names: new Set() })
    const names = blocks.at(-1)?.names
    const isTwice = names?.has(name) === true
    names?.add(name)
    return isTwice || line.includes('\t') || spaces.length % 2 === 1
  })
}

it.each(ending('.yml', '.yaml'))('%s has the form of YAML', (file) => {
  expect(yamlDocuments(file).flatMap(oddLines)).toEqual([])
})

it('would notice what is no YAML', () => {
  expect(oddLines(['a: 1', 'b:', '  c: 1', '   d: 2', '  c: 3', 'e'])).toEqual([
    '   d: 2',
    '  c: 3',
    'e',
  ])
})

describe('metrics', () => {
  const texts = ending('alerts.yml', 'understudy.json').map(readDocument)

  it('that are looked at exist', async () => {
    const stock = { active: () => Promise.resolve(0), outboxSeconds: () => Promise.resolve(0) }
    const { registry } = createMetrics(stock)
    const kinds = await registry.getMetricsAsJSON()
    const names = kinds.flatMap(({ name, type }) =>
      String(type) === 'histogram'
        ? ['bucket', 'sum', 'count'].map((part) => `${name}_${part}`)
        : [name],
    )
    const wanted = texts.flatMap((text) => found(text, /\b((?:understudy|nodejs|process)_\w+)/g))
    expect(new Set(wanted).size).toBeGreaterThan(5)
    expect([...new Set(wanted)].filter((name) => !names.includes(name))).toEqual([])
  })

  it('are asked for labels that they have, and actions that there are', () => {
    const labels = texts.flatMap((text) =>
      found(text, /\b(\w+)(?:=~?|!=|!~)\\?"[^"\\]*\\?"/g).filter((name) => name !== 'job'),
    )
    const known = ['action', 'outcome', 'code', 'method', 'route', 'status']
    expect(labels.filter((label) => !known.includes(label))).toEqual([])
    const actions = texts.flatMap((text) =>
      found(text, /action=~?\\?"([^"\\]*)/g).flatMap((list) => list.split('|')),
    )
    expect(actions.length).toBeGreaterThan(5)
    expect(actions.filter((action) => !auditActions.some((one) => one === action))).toEqual([])
  })
})

describe('Sigma rules', () => {
  const rules = ending('.yml').filter((file) => file.startsWith('deploy/sigma/'))

  it('have what a rule must have, and an id of their own', () => {
    const documents = rules.flatMap(yamlDocuments)
    const ids = documents.map((lines) => lines.find((line) => line.startsWith('id: ')))
    expect(new Set(ids).size).toBe(documents.length)
    for (const lines of documents) {
      const names = lines.flatMap((line) => found(line, /^([a-z]+):/g))
      expect(names).toEqual(expect.arrayContaining(['title', 'id', 'status', 'level']))
      const isRule = names.includes('detection') && names.includes('logsource')
      expect([names, isRule || names.includes('correlation')]).toEqual([names, true])
    }
  })

  it.each(rules)('%s looks for actions and codes that there are', (file) => {
    const text = readDocument(file)
    const listed = (name: string): string[] => {
      const [block = ''] = new RegExp(`^ +${name}:\\n(?: +- .+\\n)+`, 'm').exec(text) ?? []
      return [...found(text, new RegExp(`^ +${name}: (.+)$`, 'gm')), ...found(block, /- (.+)/g)]
    }
    const [actions, codes] = [listed('action'), listed('code')]
    expect([...actions, ...codes]).not.toEqual([])
    expect(actions.filter((action) => !auditActions.some((one) => one === action))).toEqual([])
    expect(codes.filter((code) => !Object.hasOwn(denials, code))).toEqual([])
  })
})

describe('environment variables', () => {
  const schemaOf = (path: string): string[] => {
    const [, schema = ''] = /z\.object\(\{([^]*?)^\}\)/m.exec(readDocument(path)) ?? []
    return found(schema, /^ {2}([A-Z_]+):/gm)
  }
  const server = schemaOf('server/src/standalone/configuration/server-settings.ts')
  const panel = schemaOf('admin-panel/server/environment.ts')

  it.each(files)('%s sets and names only some that are read', (file) => {
    const text = readDocument(file)
    const patterns = [
      /\b([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b/g,
      /^Environment=([A-Z_]+)=/gm,
      /--from-literal=([A-Z_]+)=/g,
      /^ {2}([A-Z_]+): /gm,
      /process\.env\.(\w+)/g,
    ]
    const others = new Set(['AF_INET', 'AF_INET6', 'AF_UNIX', ...Object.keys(denials)])
    const named = patterns.flatMap((pattern) => found(text, pattern))
    const known = new Set([...server, ...panel])
    expect(named.filter((name) => !known.has(name) && !others.has(name))).toEqual([])
  })
})
