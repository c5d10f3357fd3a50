/** A page's console shows whole lines, and nothing is drawn over. */
export function beforeWriting(_act: () => void): () => void {
  return () => {}
}
