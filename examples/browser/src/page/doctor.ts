import type { WasmDiagnosis } from 'onecycle'
import { byId } from './dom.js'
import { begin } from './worker.js'

/** Which backends there are here, looked at when somebody asks: each is started for it, in a worker that ends with the look. */
export function showDoctor(): void {
  const button = byId('diagnose', HTMLButtonElement)
  button.addEventListener('click', async () => {
    button.disabled = true
    const looking = begin()
    try {
      const { backends, best, wasm } = await looking.call('doctor')
      const body = byId('backends', HTMLTableElement).tBodies[0]!
      body.replaceChildren(
        ...backends.map(({ name, usable, detail, reason, install, notes }) => {
          const row = document.createElement('tr')
          row.insertCell().textContent = `${usable ? '✓' : '✗'} ${name}`
          const cell = row.insertCell()
          cell.textContent = `${(usable ? detail : reason) ?? ''}${name === best ? ', the best here' : ''}`
          const build = name === 'wasm' && usable ? [buildOf(wasm)] : []
          for (const text of [...build, ...(install ? [install] : []), ...notes]) {
            const note = document.createElement('span')
            note.className = 'note'
            note.textContent = text
            cell.append(note)
          }
          return row
        }),
      )
    } catch (error) {
      byId('backends', HTMLTableElement).tBodies[0]!.rows[0]!.cells[0]!.textContent = String(error)
    } finally {
      looking.close()
      button.disabled = false
    }
  })
}

/** Which build of the kernels it takes. */
function buildOf({ simd, relaxedSimd, kernels, vectorBits }: WasmDiagnosis): string {
  const build = relaxedSimd ? 'relaxed SIMD' : simd ? 'plain SIMD' : 'no SIMD'
  const compiled = kernels.filter(({ origin }) => origin === 'compiled').length
  return `The build for ${build}, vectors of ${vectorBits} bits; ${compiled} kernels of onecycle's own.`
}
