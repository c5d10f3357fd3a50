/** What reads rows and writes them, some at a time, for those who do: other predictions load none of it. */
export const streaming = () => import('./source/stream-rows.js')
