import { readFile } from 'node:fs/promises'

/** The licences of the packages that esbuild packed into a module, as text to lie beside it. */
export async function licencesOf({ inputs }) {
  const folders = Object.keys(inputs).flatMap(path => path.match(/.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0] ?? [])
  const licences = [...new Set(folders)].sort().map(async folder => {
    const { name, version, license } = JSON.parse(await readFile(`${folder}/package.json`, 'utf8'))
    return `${name} ${version} (${license})\n\n${(await readFile(`${folder}/LICENSE`, 'utf8')).trim()}\n`
  })
  return (await Promise.all(licences)).join(`\n${'-'.repeat(80)}\n\n`)
}
