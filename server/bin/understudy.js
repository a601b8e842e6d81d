#!/usr/bin/env node
// Plain JavaScript: a Node that cannot read TypeScript must still be able to say so.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `Understudy needs Node 22.18 or newer, this is ${process.versions.node}: run it with "npx understudy", which brings its own.\n`,
  )
  process.exitCode = 1
} else {
  const { main } = await import('../src/standalone/cli/main.ts')
  await main(process.argv.slice(2))
}
