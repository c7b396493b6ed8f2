/**
 * `npm run lock`: adds to package-lock.json what npm leaves out of it without a word: optional
 * packages for other platforms in versions that the registry in use does not hold. Without their
 * entries `npm ci` fails everywhere, and npm installs them on no platform. An entry without an
 * `integrity` gets what the registry knows of it.
 */
import { execSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'

type Entry = {
  version?: string
  integrity?: string
  dev?: boolean
  optional?: boolean
  os?: string[]
  cpu?: string[]
  libc?: string[]
  license?: string
  engines?: Record<string, string>
  optionalDependencies?: Record<string, string>
}
type Packages = Record<string, Entry>

// The words of package names, as npm spells them (Node's process.platform and process.arch).
const OS = { ...same('aix', 'android', 'darwin', 'freebsd', 'linux', 'win32'), windows: 'win32' }
const CPU = { ...same('arm', 'arm64', 'ia32', 'ppc64', 'riscv64', 's390x', 'x64'), 64: 'x64' }
const LIBC = { gnu: 'glibc', musl: 'musl' }

if (import.meta.main) {
  const file = new URL('../package-lock.json', import.meta.url)
  const lock = JSON.parse(readFileSync(file, 'utf8'))
  const missing = missingFrom(lock.packages)
  const entries = Object.entries<Entry>({ ...lock.packages, ...missing })
  // In the order in which npm writes them.
  const sorted = entries.sort(([a], [b]) => a.localeCompare(b, 'en'))
  lock.packages = Object.fromEntries(sorted.map(([path, entry]) => [path, whole(path, entry)]))
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
  for (const path of Object.keys(missing)) console.log(`added ${path}`)
}

/** Returns an entry for every optional dependency that has none, by its path in the lock file. */
export function missingFrom(packages: Packages): Packages {
  const missing: Packages = {}
  for (const [path, { dev, optionalDependencies = {} }] of Object.entries(packages)) {
    for (const [name, range] of Object.entries(optionalDependencies)) {
      if (isFound(packages, path, name, range)) continue
      const top = `node_modules/${name}`
      const place = packages[top] ? `${path}/${top}` : top
      const version = range.replace(/^[~^]/, '')
      const { os, cpu, libc } = platformOf(name)
      missing[place] = {
        version,
        cpu,
        ...(dev && { dev }),
        ...(libc && { libc }),
        optional: true,
        os,
      }
    }
  }
  return missing
}

// As Node resolves it: beside the dependent package, then in each folder above.
function isFound(packages: Packages, from: string, name: string, range: string): boolean {
  const folders = from.split(/\/?node_modules\//)
  while (folders.length > 0) {
    const entry = packages[[...folders, name].join('/node_modules/').replace(/^\//, '')]
    if (entry) return entry.version === range || !/^\d/.test(range)
    folders.pop()
  }
  return false
}

// Read from the name, because the registry does not hold the package that says so itself.
function platformOf(name: string): Pick<Entry, 'os' | 'cpu' | 'libc'> {
  const words = name.replace(/^.*\//, '').split('-')
  const known = (table: Record<string, string>) => words.flatMap((word) => table[word] ?? [])
  const [os, cpu, libc] = [known(OS), known(CPU), known(LIBC)]
  if (os.length !== 1 || cpu.length !== 1) throw new Error(`Which platform is ${name} for?`)
  return { os, cpu, ...(libc.length > 0 && { libc }) }
}

// What npm writes of a package that the registry holds, in the order in which npm writes it.
function whole(path: string, entry: Entry): Entry {
  if (path === '' || entry.integrity) return entry
  const { version, cpu, dev, libc, optional, os } = entry
  const name = path.replace(/^.*node_modules\//, '')
  const command = `npm view ${name}@${version} dist.integrity license engines --json`
  try {
    const held = JSON.parse(execSync(command, { encoding: 'utf8', stdio: 'pipe' }))
    const { 'dist.integrity': integrity, license, engines } = held
    return { version, integrity, cpu, dev, libc, license, optional, os, engines }
  } catch {
    // The registry does not hold this version. Where another one does, npm installs it unchecked.
    return entry
  }
}

function same(...words: string[]): Record<string, string> {
  return Object.fromEntries(words.map((word) => [word, word]))
}
