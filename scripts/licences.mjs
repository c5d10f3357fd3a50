import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'

/** The licences of the packages that esbuild packed into a module, as text to lie beside it. */
export async function licencesOf({ inputs }) {
  const folders = Object.keys(inputs).flatMap(path => path.match(/.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0] ?? [])
  const licences = [...new Set(folders)].sort().map(async folder => {
    const { name, version, license, repository } = JSON.parse(await readFile(`${folder}/package.json`, 'utf8'))
    const file = `${folder}/LICENSE`
    const text = existsSync(file)
      ? (await readFile(file, 'utf8')).trim()
      : `https://spdx.org/licenses/${license}.html\nSource: ${repository?.url ?? repository}`
    return `${name} ${version} (${license})\n\n${text}\n`
  })
  return (await Promise.all(licences)).join(`\n${'-'.repeat(80)}\n\n`)
}
