import type { ImageNote, TextNote } from '@onecycle/callbacks'
import type { LrFindRecord } from '../history.js'
import type { RunBegins, RunEvent } from '../run/run-event.js'
import type { Pulse } from './pulse.js'
import { StoryFit, type StoryFitState } from './story-fit.js'

/** Most fits, texts and pictures that are kept: the last ones. */
const mostFits = 12
const mostTexts = 50
const mostImages = 12

type Noted<Kind> = Kind & { readonly fit: number; readonly batch: number }

/** A {@link Story} as plain data. */
export interface StoryState {
  readonly run: RunBegins | undefined
  readonly fits: readonly StoryFitState[]
  readonly search: LrFindRecord | undefined
  readonly texts: readonly Noted<TextNote>[]
  readonly images: readonly Noted<ImageNote>[]
  readonly pulse: Pulse | undefined
}

/**
 * What there is to show of a run, made of its events one by one, in bounded room. A live page and who serves it have one each: the page
 * gets the state of the other when it comes, and hears the same events from then on.
 */
export class Story {
  run: RunBegins | undefined
  fits: StoryFit[] = []
  /** The last search for a learning rate. */
  search: LrFindRecord | undefined
  texts: Noted<TextNote>[] = []
  /** The last of each name. */
  images: Noted<ImageNote>[] = []
  pulse: Pulse | undefined

  static from({ fits, ...state }: StoryState): Story {
    const story = new Story()
    Object.assign(story, structuredClone(state))
    story.fits = fits.map(fit => StoryFit.from(fit))
    return story
  }

  state(): StoryState {
    const { run, fits, search, texts, images, pulse } = this
    return { run, fits: fits.map(fit => fit.state()), search, texts, images, pulse }
  }

  take(message: RunEvent | Pulse): void {
    if (message.type === 'pulse') this.pulse = message
    else if (message.type === 'run') this.run = message
    else if (message.type === 'lr_find') this.search = message.found
    else if (message.type === 'fit') this.#begin(new StoryFit(message))
    else this.#takeInFit(message)
  }

  #takeInFit(event: Exclude<RunEvent, { type: 'run' | 'lr_find' | 'fit' }>): void {
    const fit = this.fits.find(({ begins }) => begins.fit === event.fit)
    if (!fit) return
    if (event.type === 'batches') fit.takeBatches(event)
    else if (event.type === 'epoch') fit.takeEpoch(event)
    else if (event.type === 'end') fit.takeEnd(event)
    else if (event.type === 'resume') {
      this.#drop(other => other > event.fit)
      this.#dropNotes(({ fit, batch }) => fit > event.fit || (fit === event.fit && batch > event.position))
      fit.goOn(event)
    } else if (event.type === 'scalar') fit.note(event.name, event.batch, event.value)
    else if (event.type === 'text') this.texts = [...this.texts, event].slice(-mostTexts)
    else if (event.type === 'image')
      this.images = [...this.images.filter(({ name }) => name !== event.name), event].slice(-mostImages)
  }

  #begin(fit: StoryFit): void {
    this.#drop(other => other >= fit.begins.fit)
    this.#dropNotes(note => note.fit >= fit.begins.fit)
    this.fits = [...this.fits, fit].slice(-mostFits)
  }

  #drop(isVoid: (fit: number) => boolean): void {
    this.fits = this.fits.filter(({ begins }) => !isVoid(begins.fit))
  }

  #dropNotes(isVoid: (note: Noted<object>) => boolean): void {
    this.texts = this.texts.filter(note => !isVoid(note))
    this.images = this.images.filter(note => !isVoid(note))
  }
}
