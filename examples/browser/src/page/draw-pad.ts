import { byId } from './dom.js'

const side = 28

/** A field to draw in, and what was drawn as the data set has its images: 20 pixels high or wide, its weight in the middle of 28. */
export class DrawPad {
  readonly #canvas = byId('pad', HTMLCanvasElement)
  readonly #context: CanvasRenderingContext2D
  readonly #changed: () => void
  #pixels: Float32Array | undefined
  #stroke: { x: number; y: number } | undefined

  constructor(changed: () => void) {
    this.#changed = changed
    this.#context = this.#canvas.getContext('2d', { willReadFrequently: true })!
    this.#canvas.addEventListener('pointerdown', event => this.#begin(event))
    this.#canvas.addEventListener('pointermove', event => this.#go(event))
    for (const end of ['pointerup', 'pointercancel']) this.#canvas.addEventListener(end, () => this.#end())
  }

  /** 784 grey values from 0 to 1; undefined while there is nothing. */
  get pixels(): Float32Array | undefined {
    return this.#pixels
  }

  clear(): void {
    this.#context.clearRect(0, 0, this.#canvas.width, this.#canvas.height)
    this.#pixels = undefined
    this.#changed()
  }

  /** Shows an image of the data set. */
  show(pixels: Float32Array): void {
    const { width, height } = this.#canvas
    this.#context.clearRect(0, 0, width, height)
    const image = new ImageData(side, side)
    for (const [i, value] of pixels.entries()) image.data.set([255, 255, 255, value * 255], 4 * i)
    const small = new OffscreenCanvas(side, side)
    small.getContext('2d')!.putImageData(image, 0, 0)
    this.#context.drawImage(small, 0, 0, width, height)
    this.#pixels = pixels
    this.#changed()
  }

  #place(event: PointerEvent) {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect()
    return { x: ((event.clientX - left) / width) * this.#canvas.width, y: ((event.clientY - top) / height) * this.#canvas.height }
  }

  #begin(event: PointerEvent): void {
    this.#canvas.setPointerCapture(event.pointerId)
    this.#stroke = this.#place(event)
    this.#go(event)
  }

  #go(event: PointerEvent): void {
    if (!this.#stroke) return
    const to = this.#place(event)
    const context = this.#context
    context.strokeStyle = '#fff'
    context.lineWidth = 22
    context.lineCap = 'round'
    context.beginPath()
    context.moveTo(this.#stroke.x, this.#stroke.y)
    context.lineTo(to.x, to.y)
    context.stroke()
    this.#stroke = to
  }

  #end(): void {
    if (!this.#stroke) return
    this.#stroke = undefined
    this.#pixels = this.#asSample()
    this.#changed()
  }

  #asSample(): Float32Array | undefined {
    const { width, height } = this.#canvas
    const { data } = this.#context.getImageData(0, 0, width, height)
    const ink = (x: number, y: number) => data[4 * (y * width + x) + 3]!
    let [left, top, right, bottom, sum, sumX, sumY] = [width, height, -1, -1, 0, 0, 0]
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const value = ink(x, y)
        if (value === 0) continue
        left = Math.min(left, x)
        right = Math.max(right, x)
        top = Math.min(top, y)
        bottom = Math.max(bottom, y)
        sum += value
        sumX += value * x
        sumY += value * y
      }
    if (sum === 0) return undefined
    const scale = 20 / Math.max(right - left + 1, bottom - top + 1)
    const small = new OffscreenCanvas(side, side).getContext('2d')!
    small.imageSmoothingQuality = 'high'
    small.drawImage(this.#canvas, side / 2 - (sumX / sum) * scale, side / 2 - (sumY / sum) * scale, width * scale, height * scale)
    const drawn = small.getImageData(0, 0, side, side).data
    return Float32Array.from({ length: side * side }, (_, i) => drawn[4 * i + 3]! / 255)
  }
}
