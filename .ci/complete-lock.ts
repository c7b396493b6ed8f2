/**
 * `npm run lock`: completes package-lock.json. npm silently leaves out optional packages for other
 * platforms if the registry in use does not hold them in that version. Without their entries `npm ci`
 * fails everywhere, and npm installs them on no platform. An entry without an `integrity` gets it from
 * the registry.
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
  // In npm's order.
  const sorted = entries.sort(([a], [b]) => a.localeCompare(b, 'en'))
  lock.packages = Object.fromEntries(sorted.map(([path, entry]) => [path, completed(path, entry)]))
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

// In the order in which Node resolves a package: beside the dependent one, then in each folder above.
function isFound(packages: Packages, from: string, name: string, range: string): boolean {
  const folders = from.split(/\/?node_modules\//)
  while (folders.length > 0) {
    const entry = packages[[...folders, name].join('/node_modules/').replace(/^\//, '')]
    if (entry) return entry.version === range || !/^\d/.test(range)
    folders.pop()
  }
  return false
}

// Read from the name, because the registry does not hold the package with its manifest.
function platformOf(name: string): Pick<Entry, 'os' | 'cpu' | 'libc'> {
  const words = name.replace(/^.*\//, '').split('-')
  const known = (table: Record<string, string>) => words.flatMap((word) => table[word] ?? [])
  const [os, cpu, libc] = [known(OS), known(CPU), known(LIBC)]
  if (os.length !== 1 || cpu.length !== 1)
    throw new Error(`Cannot tell the platform of ${name}: expected its os and cpu in the name`)
  return { os, cpu, ...(libc.length > 0 && { libc }) }
}

// Adds the members that npm writes for a package that the registry holds, in npm's order.
function completed(path: string, entry: Entry): Entry {
  if (path === '' || entry.integrity) return entry
  const { version, cpu, dev, libc, optional, os } = entry
  const name = path.replace(/^.*node_modules\//, '')
  const command = `npm view ${name}@${version} dist.integrity license engines --json`
  try {
    const held = JSON.parse(execSync(command, { encoding: 'utf8', stdio: 'pipe' }))
    const { 'dist.integrity': integrity, license, engines } = held
    return { version, integrity, cpu, dev, libc, license, optional, os, engines }
  } catch {
    // The registry does not hold this version. npm installs it unchecked from a registry that does.
    return entry
  }
}

function same(...words: string[]): Record<string, string> {
  return Object.fromEntries(words.map((word) => [word, word]))
}
