import { type BackendDiagnosis, type Diagnosis, diagnose } from '@onecycle/backend'
import chalk from 'chalk'

/** Says which backends work here, and what the others would need. */
export async function doctor({ json = false }: { json?: boolean }): Promise<void> {
  const diagnosis = await diagnose()
  console.log(json ? JSON.stringify(diagnosis, null, 2) : page(diagnosis))
}

function page({ node, platform, tfjs, backends, wasm, best }: Diagnosis): string {
  const versions = Object.entries(tfjs).map(([name, version]) => `${name.replace('@tensorflow/tfjs-', '')} ${version}`)
  const kernels = (origin: string) => wasm.kernels.filter(kernel => kernel.origin === origin).map(kernel => kernel.name)
  return [
    `${chalk.bold('Node')} ${node} on ${platform}`,
    `${chalk.bold('TensorFlow.js')} ${versions.join(', ')}`,
    '',
    `${chalk.bold('Backends')}, best first`,
    ...backends.flatMap(backend => row(backend, backend.name === best)),
    '',
    `${chalk.bold('wasm')}  SIMD ${mark(wasm.simd)}  relaxed SIMD ${mark(wasm.relaxedSimd)}`,
    ...['compiled', 'composed'].flatMap(origin => {
      const names = kernels(origin)
      return names.length ? [wrap(`  ${names.length} ${origin} training kernels: `, names)] : []
    }),
  ].join('\n')
}

function row({ name, usable, version = '', detail, reason, install, notes }: BackendDiagnosis, best: boolean): string[] {
  const state = usable ? `${detail}${best ? chalk.green(' ← used by default') : ''}` : chalk.yellow(reason)
  const more = [...(install ? [`${chalk.cyan(install)}`] : []), ...notes.map(note => chalk.dim(note))]
  return [`  ${mark(usable)} ${name.padEnd(9)} ${version.padEnd(7)} ${state}`, ...more.map(line => `${' '.repeat(14)}${line}`)]
}

function mark(good: boolean): string {
  return good ? chalk.green('✔') : chalk.red('✘')
}

/** The names after the heading, in lines of at most 100 characters, those after the first indented. */
function wrap(heading: string, names: readonly string[]): string {
  const lines = [heading]
  for (const [i, name] of names.entries()) {
    const text = i < names.length - 1 ? `${name}, ` : name
    if (lines.at(-1)!.length + text.length > 100) lines.push('    ')
    lines[lines.length - 1] += text
  }
  return lines.map(line => line.trimEnd()).join('\n')
}
