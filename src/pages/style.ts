import CONTROLS from './controls.css' with { type: 'text' }
import FACTS from './facts.css' with { type: 'text' }
import FRAME from './frame.css' with { type: 'text' }

/** The style of every page: light and dark, from 320 pixels up, with the system's fonts. */
export const STYLE = FRAME + CONTROLS + FACTS
