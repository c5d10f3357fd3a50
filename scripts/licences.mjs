import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'

/** The licences of the packages that esbuild packed into a module, as text to lie beside it: each text once, below those it is of. */
export async function licencesOf({ inputs }) {
  const folders = Object.keys(inputs).flatMap(path => path.match(/.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0] ?? [])
  const named = new Map()
  for (const folder of [...new Set(folders)].sort()) {
    const { name, version, license, repository } = JSON.parse(await readFile(`${folder}/package.json`, 'utf8'))
    const file = `${folder}/LICENSE`
    const text = existsSync(file)
      ? (await readFile(file, 'utf8')).trim()
      : `https://spdx.org/licenses/${license}.html\nSource: ${repository?.url ?? repository}`
    named.set(text, [...(named.get(text) ?? []), `${name} ${version} (${license})`])
  }
  return [...named].map(([text, names]) => `${names.join('\n')}\n\n${text}\n`).join(`\n${'-'.repeat(80)}\n\n`)
}
