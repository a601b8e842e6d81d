/** Imported before anything else: native modules built for a newer Node end an older one without a word. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `Understudy needs Node 22.18 or newer, this is ${process.versions.node}: run it with "npm start", which brings its own.\n`,
  )
  process.exit(1)
}
