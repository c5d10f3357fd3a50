import { type BackendDiagnosis, type Diagnosis, diagnose } from '@onecycle/backend'
import chalk from 'chalk'

/** Says which backends work here, and what the others would need. */
export async function doctor({ json = false }: { json?: boolean }): Promise<void> {
  const diagnosis = await diagnose()
  console.log(json ? JSON.stringify(diagnosis, null, 2) : page(diagnosis))
}

function page({ host, tfjs, backends, wasm, best }: Diagnosis): string {
  const versions = Object.entries(tfjs).map(([name, version]) => `${name.replace('@tensorflow/tfjs-', '')} ${version}`)
  const kernels = (origin: string) => wasm.kernels.filter(kernel => kernel.origin === origin).map(kernel => kernel.name)
  return [
    host.replace(/^\S+/, name => chalk.bold(name)),
    `${chalk.bold('TensorFlow.js')} ${versions.join(', ')}`,
    '',
    `${chalk.bold('Backends')}, best first`,
    ...backends.flatMap(backend => row(backend, backend.name === best)),
    '',
    `${chalk.bold('wasm')}  SIMD ${mark(wasm.simd)}  relaxed SIMD ${mark(wasm.relaxedSimd)}  vectors of ${wasm.vectorBits} bits`,
    ...(wasm.narrow ? wrap(`Not 256: ${wasm.narrow}.`, '  ').map(line => chalk.dim(line)) : []),
    ...['compiled', 'composed'].flatMap(origin => {
      const names = kernels(origin)
      return names.length
        ? [`  ${names.length} ${origin} training kernels`, ...wrap(names.join(', '), '    ').map(line => chalk.dim(line))]
        : []
    }),
  ].join('\n')
}

function row({ name, usable, version = '', detail, reason, install, notes }: BackendDiagnosis, best: boolean): string[] {
  const state = usable ? `${detail}${best ? chalk.green(' ← used by default') : ''}` : chalk.yellow(reason)
  const indent = ' '.repeat(14)
  return [
    `  ${mark(usable)} ${name.padEnd(9)} ${version.padEnd(version ? 7 : 0)} ${state}`,
    ...(install ? [indent + chalk.cyan(install)] : []),
    ...notes.flatMap(note => wrap(note, indent)).map(line => chalk.dim(line)),
  ]
}

function mark(good: boolean): string {
  return good ? chalk.green('✔') : chalk.red('✘')
}

/** Text in lines that fit the terminal, or 100 characters where there is none; each begins with `indent`. */
function wrap(text: string, indent: string): string[] {
  const width = Math.max(40, Math.min(process.stdout.columns || 100, 120)) - indent.length
  const lines = ['']
  for (const word of text.split(' ')) {
    const last = lines.at(-1)!
    if (last && last.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = last ? `${last} ${word}` : word
  }
  return lines.map(line => indent + line)
}
