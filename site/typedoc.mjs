import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { entries } from '../scripts/entries.mjs'
import { root } from '../scripts/steps.mjs'
import { contents, sections } from './pages.mjs'
import { load, reference } from './plugin.mjs'

const here = name => fileURLToPath(new URL(name, import.meta.url))

/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  name: 'onecycle',
  basePath: root,
  tsconfig: here('tsconfig.json'),
  entryPoints: entries().map(({ file }) => join(root, file)),
  plugin: [load],
  readme: join(root, contents),
  out: here('dist'),
  // Types are checked elsewhere, and where the sources lie on the web is not known here.
  skipErrorChecking: true,
  disableSources: true,
  excludeExternals: true,
  sortEntryPoints: false,
  defaultCategory: reference,
  categoryOrder: [...sections().map(({ title }) => title), reference],
  navigation: { includeCategories: true, includeGroups: false, excludeReferences: true },
  groupReferencesByType: true,
  searchInDocuments: true,
  searchInComments: true,
  treatValidationWarningsAsErrors: true,
  treatWarningsAsErrors: true,
  highlightLanguages: [
    'bash',
    'console',
    'css',
    'html',
    'javascript',
    'json',
    'python',
    'sh',
    'shellscript',
    'ts',
    'tsx',
    'typescript',
    'yaml',
  ],
  favicon: here('favicon.svg'),
  includeHierarchySummary: false,
  useFirstParagraphOfCommentAsSummary: true,
  customCss: here('style.css'),
}
