import { existsSync, readFileSync } from 'node:fs'

/** Returns the version of the package. */
export function packageVersion(): string {
  const levels = ['../package.json', '../../package.json']
  const file = levels.map((each) => new URL(each, import.meta.url)).find((url) => existsSync(url))
  return file ? JSON.parse(readFileSync(file, 'utf8')).version : 'unknown'
}
