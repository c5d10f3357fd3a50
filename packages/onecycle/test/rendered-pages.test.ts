import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { noChromium, openPage } from './chromium.js'
import { root } from './run-program.js'

const rendered = join(root, 'docs/notebooks')

test.skipIf(noChromium)(
  `pages of notebooks open on a desk and on a phone, with all their pictures${noChromium ? `, left out: ${noChromium}` : ''}`,
  async () => {
    const pages = (await readdir(rendered)).filter(file => file.endsWith('.html'))
    expect(pages.length).toBeGreaterThan(5)
    const { page, errors, elsewhere, url, close } = await openPage(rendered, { path: pages[0]! })
    try {
      for (const path of pages) {
        await page.goto(url + path)
        for (const width of [1200, 400]) {
          await page.setViewportSize({ width, height: 800 })
          const seen = await page.evaluate(() => ({
            width: document.documentElement.scrollWidth,
            pictures: Array.from(document.images, image => image.complete && image.naturalWidth > 100),
            failed: document.querySelectorAll('.failed').length,
          }))
          expect([path, seen.width, seen.failed]).toEqual([path, width, 0])
          expect(seen.pictures.length).toBeGreaterThan(1)
          expect(seen.pictures).not.toContain(false)
        }
      }
      expect([errors, elsewhere]).toEqual([[], []])
    } finally {
      await close()
    }
  },
)
