import type { Options } from '../worker/train.js'
import { byId, fillTable, isStop, percent, showError } from './dom.js'
import { LivePlots } from './live-plots.js'
import { backendChosen, begin, type Trainer } from './worker.js'

/** A table of the visitor's own. */
export class TableSection {
  readonly #plots = new LivePlots()
  #trainer: Trainer | undefined

  async show(): Promise<void> {
    const drop = byId('drop', HTMLElement)
    for (const name of ['dragover', 'dragleave', 'drop'])
      drop.addEventListener(name, event => {
        event.preventDefault()
        drop.classList.toggle('over', name === 'dragover')
      })
    drop.addEventListener('drop', event => this.#take(event.dataTransfer?.files[0]))
    byId('csv', HTMLInputElement).addEventListener('change', event => {
      const input = event.target as HTMLInputElement
      void this.#take(input.files?.[0])
      input.value = ''
    })
    byId('iris', HTMLButtonElement).addEventListener('click', async () => {
      const response = await fetch('data/iris.csv')
      await this.#take(new File([await response.blob()], 'iris.csv'))
    })
    byId('table-form', HTMLFormElement).addEventListener('submit', event => {
      event.preventDefault()
      void this.#train()
    })
    byId('table-stop', HTMLButtonElement).addEventListener('click', () => this.#trainer?.stop())
    await this.#plots.show('plot-table', 'The losses of the training.', 282, () => this.#plots.losses())
  }

  async #take(file: File | undefined): Promise<void> {
    if (!file) return
    showError('table-error')
    try {
      const { columns, rows } = await this.#theTrainer().call('readTable', file)
      const kinds = { numbers: 'numbers', categories: 'categories', refused: 'left out' }
      fillTable(
        'columns',
        columns.map(({ name, kind, about, missing }) => [name, kinds[kind], about, missing ? String(missing) : '']),
        i => (columns[i]!.kind === 'refused' ? 'quiet' : ''),
      )
      const targets = columns.filter(({ kind }) => kind !== 'refused')
      const select = byId('target', HTMLSelectElement)
      select.replaceChildren(...targets.map(({ name }) => new Option(name)))
      select.value = targets.at(-1)?.name ?? ''
      byId('table-about', HTMLElement).textContent = `${file.name}: ${rows.toLocaleString('en')} rows, ${columns.length} columns.`
      byId('table-ready', HTMLElement).hidden = false
      this.#status('Ready.')
    } catch (error) {
      byId('table-ready', HTMLElement).hidden = true
      showError('table-error', error)
    }
  }

  async #train(): Promise<void> {
    const [epochs, lr] = [
      byId('table-epochs', HTMLInputElement).valueAsNumber,
      byId('table-rate', HTMLInputElement).valueAsNumber,
    ]
    const target = byId('target', HTMLSelectElement).value
    const trainer = this.#theTrainer()
    showError('table-error')
    this.#busy(true)
    this.#plots.clear()
    try {
      const options: Options = {
        ...{ task: 'table', target, seed: 1, backend: { ...backendChosen(), threads: 1 } },
        fit: { way: 'fit_one_cycle', epochs, lr },
      }
      const { seconds } = await trainer.start(options)
      byId('table-progress', HTMLProgressElement).value = 1
      await this.#tellResult(trainer, target)
      this.#status(`Done in ${seconds.toFixed(1)} s.`)
    } catch (error) {
      if (isStop(error)) this.#status('Stopped.')
      else {
        this.#status('It did not work.')
        showError('table-error', error)
      }
    } finally {
      this.#busy(false)
    }
  }

  async #tellResult(trainer: Trainer, target: string): Promise<void> {
    const { figure, guessing, rows, notes, trained, heldBack } = await trainer.call('tableResult')
    const isClass = trainer.history.metricNames.includes('accuracy')
    const short = (value: number) => String(Number(value.toPrecision(3)))
    byId('table-figure', HTMLElement).textContent = isClass
      ? `${percent(figure)} of ${heldBack} rows held back are right; always saying the most frequent '${target}' gets ${percent(guessing)}.`
      : `'${target}' is off by ${short(figure)} on average over ${heldBack} rows held back; always saying the mean is off by ${short(guessing)}.`
    fillTable(
      'predicted',
      rows.map(({ predicted, actual }) => [predicted, actual]),
    )
    byId('table-notes', HTMLElement).replaceChildren(
      ...[...notes, `${trained} rows were trained on.`].map(text => {
        const item = document.createElement('li')
        item.textContent = text
        return item
      }),
    )
  }

  #theTrainer(): Trainer {
    if (this.#trainer && this.#trainer.state !== 'closed') return this.#trainer
    const trainer = begin()
    this.#trainer = trainer
    trainer.on('begin', () => {
      this.#plots.runs.set('training', trainer.history)
    })
    trainer.on('batches', () => this.#plots.changed())
    trainer.on('epoch', () => this.#plots.changed())
    trainer.on('progress', ({ train_iter, batches, epoch, n_epoch, loss }) => {
      byId('table-progress', HTMLProgressElement).value = train_iter / batches
      this.#status(`Epoch ${epoch + 1} of ${n_epoch}, loss ${loss.toFixed(4)}`)
    })
    return trainer
  }

  #busy(busy: boolean): void {
    byId('table-start', HTMLButtonElement).disabled = busy
    byId('csv', HTMLInputElement).disabled = busy
    byId('table-stop', HTMLButtonElement).disabled = !busy
  }

  #status(text: string): void {
    byId('table-status', HTMLElement).textContent = text
  }
}
