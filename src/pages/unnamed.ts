/** Shown for a client that has registered without a name. */
export const UNNAMED = 'Unnamed client'
