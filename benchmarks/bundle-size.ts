// What programs weigh in a page: npx tsx benchmarks/bundle-size.ts [--modules 30], after a build.
import { parseArgs } from 'node:util'
import { bundlers, minify, type Program, programs, rolldown, wasmModules, weigh } from './bundles.js'

const { values } = parseArgs({ options: { modules: { type: 'string' } } })
const kilobytes = (bytes: number) => (bytes / 1000).toFixed(1).padStart(7)
const names = Object.keys(programs) as Program[]

console.log('Own code that a page loads with a program, minified and compressed (gzip), in KB; without TensorFlow.js\n')
const all = Object.entries(bundlers())
console.log(`${' '.repeat(32)}${all.map(([name]) => name.padStart(16)).join('')}`)
for (const program of names) {
  const weights: string[] = []
  for (const [, bundler] of all) weights.push(kilobytes((await weigh(bundler, program)).initial).padStart(16))
  console.log(program.padEnd(32) + weights.join(''))
}

const { onDemand, ...minimal } = await weigh(rolldown, 'a minimal trainer')
console.log('\nWhat a minimal trainer may load later (Rolldown); what several of these share is counted in each\n')
for (const [name, size] of Object.entries(onDemand).sort(([, a], [, b]) => b - a)) console.log(`${kilobytes(size)}  ${name}`)

console.log('\nwasm, of which a page loads one of ours and one of TensorFlow.js: as it is, and compressed\n')
for (const { name, size, compressed } of await wasmModules()) console.log(`${kilobytes(size)}${kilobytes(compressed)}  ${name}`)

const modules = Object.fromEntries(Object.entries(minimal.modules).map(([file, code]) => [file, minify(code).length]))
const byPackage: Record<string, number> = {}
for (const [file, size] of Object.entries(modules)) {
  const name = /packages\/(\w+)\//.exec(file)?.[1] ?? 'the program'
  byPackage[name] = (byPackage[name] ?? 0) + size
}
console.log('\nOf which packages a minimal trainer is made, minified only\n')
for (const [name, size] of Object.entries(byPackage).sort(([, a], [, b]) => b - a)) console.log(`${kilobytes(size)}  ${name}`)

if (values.modules) {
  console.log(`\nIts ${values.modules} largest modules\n`)
  const largest = Object.entries(modules).sort(([, a], [, b]) => b - a)
  for (const [file, size] of largest.slice(0, Number(values.modules))) console.log(`${kilobytes(size)}  ${file}`)
}
