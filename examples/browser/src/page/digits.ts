import type { Fit, Options, Trained } from '../worker/train.js'
import { byId, download, fillTable, isStop, percent, rate, showError } from './dom.js'
import { DrawPad } from './draw-pad.js'
import { LivePlots } from './live-plots.js'
import { Recognition } from './recognition.js'
import { backendChosen, begin, type Trainer } from './worker.js'

const seed = 42
/** Batches that a search for the rate trains at most, and those of an epoch. */
const searchBatches = 100
const epochBatches = 193

interface Row {
  name: string
  trained?: Trained
  note?: string
}

/** 3 or 7: the experiment, its plots, and what is drawn meanwhile. */
export class Digits {
  readonly #plots = new LivePlots()
  readonly #recognition = new Recognition()
  readonly #pad = new DrawPad(() => this.#recognize())
  #trainer: Trainer | undefined
  #choice = ''
  #rows: Row[] = []
  #done = 0
  #batches = 1
  /** What the last run was, for a file to go on from. */
  #fit: Fit | undefined

  async show(): Promise<void> {
    this.#showRows()
    byId('digits-form', HTMLFormElement).addEventListener('submit', event => {
      event.preventDefault()
      void this.#work(() => this.#experiment())
    })
    byId('pause', HTMLButtonElement).addEventListener('click', () => this.#pause())
    byId('stop', HTMLButtonElement).addEventListener('click', () => this.#trainer?.stop())
    byId('clear', HTMLButtonElement).addEventListener('click', () => this.#pad.clear())
    for (const button of this.#examples) button.addEventListener('click', () => this.#example(Number(button.dataset['digit'])))
    byId('download', HTMLButtonElement).addEventListener('click', () => this.#download())
    byId('upload', HTMLInputElement).addEventListener('change', event => {
      const input = event.target as HTMLInputElement
      const file = input.files?.[0]
      input.value = ''
      if (file) void this.#work(() => this.#load(file))
    })
    byId('go-on', HTMLButtonElement).addEventListener('click', () => void this.#work(() => this.#goOn()))
    await this.#plots.show('plot-find', 'Loss against learning rate: the search comes first.', 330, () => this.#plots.search())
    await this.#plots.show('plot-losses', 'The losses of the three runs.', 282, () => this.#plots.losses())
    await this.#plots.show('plot-schedules', 'Learning rate and momentum of the three runs.', 300, () => this.#plots.schedules())
  }

  // ------------------------------------------------------------------------------------------------ what is trained

  async #experiment(): Promise<void> {
    const [epochs, lr] = [byId('epochs', HTMLInputElement).valueAsNumber, byId('rate', HTMLInputElement).valueAsNumber]
    const began = performance.now()
    const trainer = this.#theTrainer()
    this.#plots.clear()
    this.#rows = []
    this.#done = 0
    this.#batches = searchBatches + 3 * epochs * epochBatches
    this.#showRows()

    await trainer.create(this.#options())
    this.#offerExamples()
    this.#status('Searching for a learning rate')
    const found = await trainer.call('find')
    this.#plots.found(found)
    this.#done = searchBatches

    const fits: Fit[] = [
      { way: 'fit', epochs, lr },
      { way: 'fit', epochs, lr: lr / 10 },
      { way: 'fit_one_cycle', epochs, lr },
    ]
    for (const fit of fits) await this.#run(fit, 'start')
    const seconds = ((performance.now() - began) / 1000).toFixed(1)
    this.#status(`Done in ${seconds} s. The search suggests a rate of ${found.lr === undefined ? 'nothing' : rate(found.lr)}.`)
  }

  async #run(fit: Fit, way: 'start' | 'run', name = nameOf(fit)): Promise<void> {
    const trainer = this.#theTrainer()
    const row: Row = { name, note: 'running' }
    this.#rows.push(row)
    this.#showRows()
    this.#fit = fit
    const before = this.#done
    const off = trainer.on('begin', () => {
      this.#plots.runs.set(name, trainer.history)
    })
    try {
      row.trained = await trainer[way](this.#options(fit))
    } catch (error) {
      row.note = isStop(error) ? 'stopped' : 'failed'
      throw error
    } finally {
      off()
      this.#showRows()
    }
    this.#done = before + (fit.epochs - (fit.start_epoch ?? 0)) * epochBatches
  }

  async #load(file: Blob): Promise<void> {
    const trainer = this.#theTrainer()
    this.#status('Reading the file')
    await trainer.create(this.#options())
    this.#offerExamples()
    const { metadata, figures } = await trainer.call('load', file)
    this.#fit = fitOf(metadata)
    const next = this.#fit ? `${nameOf(this.#fit)} goes on with epoch ${this.#fit.start_epoch}` : 'it can be trained on'
    this.#say(`The network of the file gets ${percent(figures['accuracy']!)} of the test images right; ${next}.`)
    this.#status('The file is loaded.')
  }

  async #goOn(): Promise<void> {
    const [epochs, lr] = [byId('epochs', HTMLInputElement).valueAsNumber, byId('rate', HTMLInputElement).valueAsNumber]
    const half = this.#fit?.start_epoch ? this.#fit : undefined
    const fit: Fit = half ?? { way: 'fit_one_cycle', epochs, lr }
    this.#done = 0
    this.#batches = (fit.epochs - (fit.start_epoch ?? 0)) * epochBatches
    await this.#run(fit, 'run', `${nameOf(fit)}, going on`)
    this.#fit = { ...fit, start_epoch: fit.epochs }
    this.#status('Done.')
  }

  async #download(): Promise<void> {
    try {
      const { way = 'fit', epochs = 0, lr = 0 } = this.#fit ?? {}
      const done = this.#theTrainer().history.epochs.length + (this.#fit?.start_epoch ?? 0)
      const about = { way, epochs: String(epochs), lr: String(lr), start_epoch: String(Math.min(done, epochs)) }
      download(await this.#theTrainer().call('save', about), '3-or-7.safetensors')
      this.#say('Saved as 3-or-7.safetensors.')
    } catch (error) {
      showError('digits-error', error)
    }
  }

  // ------------------------------------------------------------------------------------------------ the worker

  /** The worker; another one when another backend was chosen. */
  #theTrainer(): Trainer {
    const choice = JSON.stringify(backendChosen())
    if (this.#trainer && this.#trainer.state !== 'closed' && this.#choice === choice) return this.#trainer
    this.#trainer?.close()
    this.#choice = choice
    const trainer = begin()
    this.#trainer = trainer
    trainer.on('loading', text => this.#status(text))
    trainer.on('batches', batches => {
      if (batches.lr_finding) this.#plots.searching(batches)
      else this.#plots.changed()
    })
    trainer.on('epoch', () => {
      this.#plots.changed()
      this.#showRows()
    })
    trainer.on('progress', ({ lr_finding, train_iter, epoch, n_epoch, iter, n_iter, training, loss }) => {
      byId('progress', HTMLProgressElement).value = Math.min(1, (this.#done + train_iter) / this.#batches)
      const what = lr_finding ? 'Searching for a learning rate' : `${this.#rows.at(-1)?.name}, epoch ${epoch + 1} of ${n_epoch}`
      const pass = lr_finding || training ? '' : ', testing'
      this.#status(`${what}${pass}: batch ${iter} of ${n_iter}, loss ${loss.toFixed(4)}`)
      this.#recognize()
    })
    return trainer
  }

  #options(fit?: Fit): Options {
    const folder = new URL('data/', location.href.replace(/[?#].*$/, '')).href
    return { task: 'digits', folder, seed, backend: backendChosen(), ...(fit && { fit }) }
  }

  /** One thing at a time; what fails is said in its place. */
  async #work(work: () => Promise<void>): Promise<void> {
    showError('digits-error')
    this.#status('Starting the worker')
    this.#busy(true)
    try {
      await work()
      byId('progress', HTMLProgressElement).value = 1
    } catch (error) {
      if (isStop(error)) this.#status('Stopped. What was recorded stays.')
      else {
        this.#status('It did not work.')
        showError('digits-error', error)
      }
    } finally {
      this.#busy(false)
      this.#recognize()
    }
  }

  async #pause(): Promise<void> {
    const button = byId('pause', HTMLButtonElement)
    if (this.#trainer?.state === 'paused') await this.#trainer.resume()
    else if (await this.#trainer?.pause()) this.#status(`Paused. ${byId('status', HTMLElement).textContent}`)
    button.textContent = this.#trainer?.state === 'paused' ? 'Go on' : 'Pause'
  }

  // ------------------------------------------------------------------------------------------------ what is shown

  get #examples(): HTMLButtonElement[] {
    return [...document.querySelectorAll<HTMLButtonElement>('.example')]
  }

  #offerExamples(): void {
    for (const button of this.#examples) button.disabled = false
  }

  async #example(digit: number): Promise<void> {
    const pixels = await this.#trainer?.call('exampleOf', digit === 3 ? 0 : 1)
    if (pixels) this.#pad.show(pixels)
  }

  #recognize(): void {
    void this.#recognition.ask(this.#trainer, this.#pad.pixels)
  }

  #busy(busy: boolean): void {
    byId('start', HTMLButtonElement).disabled = busy
    byId('upload', HTMLInputElement).disabled = busy
    for (const id of ['pause', 'stop']) byId(id, HTMLButtonElement).disabled = !busy
    byId('pause', HTMLButtonElement).textContent = 'Pause'
    byId('download', HTMLButtonElement).disabled = busy || !this.#fit
    byId('go-on', HTMLButtonElement).disabled = busy || !this.#fit
    for (const id of ['epochs', 'rate']) byId(id, HTMLInputElement).disabled = busy
    for (const id of ['backend-choice', 'threads']) byId(id, HTMLSelectElement).disabled = busy
  }

  #showRows(): void {
    const figures = ['train_loss', 'valid_loss', 'accuracy'] as const
    const last = (row: Row) => (row.trained?.history ?? this.#plots.runs.get(row.name))?.epochs.at(-1)
    const best = Math.max(...this.#rows.map(row => last(row)?.['accuracy'] ?? 0))
    const rows = this.#rows.map(row => {
      const epoch = last(row)
      return [
        row.name,
        ...figures.map(name => epoch?.[name]?.toFixed(4) ?? ''),
        row.trained?.seconds.toFixed(1) ?? row.note ?? '',
      ]
    })
    // Room for three from the beginning.
    while (rows.length < 3) rows.push(Array(5).fill(''))
    fillTable('runs', rows, i => (best > 0 && this.#rows[i] && last(this.#rows[i])?.['accuracy'] === best ? 'best' : ''))
  }

  #status(text: string): void {
    byId('status', HTMLElement).textContent = text
  }

  #say(text: string): void {
    byId('checkpoint', HTMLElement).textContent = text
  }
}

const nameOf = ({ way, epochs, lr }: Fit) => `${way}(${epochs}, ${rate(lr)})`

/** The fit that a file was saved in, where its metadata say so. */
function fitOf({ way, epochs, lr, start_epoch }: Record<string, string>): Fit | undefined {
  if ((way !== 'fit' && way !== 'fit_one_cycle') || !(Number(start_epoch) < Number(epochs))) return undefined
  return { way, epochs: Number(epochs), lr: Number(lr), start_epoch: Number(start_epoch) }
}
