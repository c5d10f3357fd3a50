import { type BackendDiagnosis, type Diagnosis, diagnose } from '@onecycle/backend'
import { diagnoseMpi, type MpiDiagnosis } from '@onecycle/distributed/internal'
import chalk from 'chalk'
import { mpiLines } from './doctor-mpi.js'

/** Says which backends work here, what the others would need, and what there is of MPI. */
export async function doctor({ json = false, measure = false }: { json?: boolean; measure?: boolean }): Promise<void> {
  const diagnosis = await diagnose()
  const mpi = await diagnoseMpi()
  const measuring = measure ? await import('./measure.js') : undefined
  const measured = await measuring?.measure(diagnosis)
  if (json) console.log(JSON.stringify({ ...diagnosis, mpi, ...(measured && { measured }) }, null, 2))
  else console.log([page(diagnosis, mpi), ...(measured ? ['', measuring!.tableOf(measured)] : [])].join('\n'))
}

function page({ host, tfjs, backends, wasm, best }: Diagnosis, mpi: MpiDiagnosis): string {
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
    '',
    ...mpiLines(mpi),
  ].join('\n')
}

function row(backend: BackendDiagnosis, best: boolean): string[] {
  const { name, usable, version = '', detail, reason, worse, missing = [], install, notes } = backend
  const state = usable
    ? `${detail}${best ? chalk.green(' ← used by default') : worse ? chalk.yellow(`; ${worse}`) : ''}`
    : chalk.yellow(reason)
  const indent = ' '.repeat(14)
  return [
    `  ${mark(usable)} ${name.padEnd(9)} ${version.padEnd(version ? 7 : 0)} ${state}`,
    ...missing.flatMap(({ piece, fix }) => wrap(`${piece}: ${fix}`, indent)),
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
