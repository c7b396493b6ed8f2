import CONFIGURE from '../configure/configure.css' with { type: 'text' }
import PERMISSION_LIST from '../dashboard/permission-list.css' with { type: 'text' }
import ARROW from './arrow.css' with { type: 'text' }
import AUTO_SIGN_IN from './auto-sign-in.css' with { type: 'text' }
import CARD from './card.css' with { type: 'text' }
import CHECK_ORIGIN from './check-origin.css' with { type: 'text' }
import CHIPS from './chips.css' with { type: 'text' }
import CLOCK from './clock.css' with { type: 'text' }
import CONNECT from './connect.css' with { type: 'text' }
import CONTROLS from './controls.css' with { type: 'text' }
import COPY from './copy.css' with { type: 'text' }
import DETAILS from './details.css' with { type: 'text' }
import EVENT from './event.css' with { type: 'text' }
import EVENTS from './events.css' with { type: 'text' }
import FAULTS from './faults.css' with { type: 'text' }
import FLOWS from './flows.css' with { type: 'text' }
import FRAME from './frame.css' with { type: 'text' }
import IN_EFFECT from './in-effect.css' with { type: 'text' }
import NAVIGATION from './navigation.css' with { type: 'text' }
import PORTALS from './portals.css' with { type: 'text' }
import SEQUENCE from './sequence.css' with { type: 'text' }
import STATE from './state.css' with { type: 'text' }

// A later rule of the same specificity wins.
const PARTS = [
  FRAME,
  NAVIGATION,
  IN_EFFECT,
  CARD,
  CONTROLS,
  CLOCK,
  AUTO_SIGN_IN,
  COPY,
  CHIPS,
  EVENT,
  FLOWS,
  SEQUENCE,
  ARROW,
]
const PAGES = [
  ...[EVENTS, DETAILS, STATE, FAULTS, CONNECT, CHECK_ORIGIN, PORTALS],
  ...[PERMISSION_LIST, CONFIGURE],
]

/** The style of the console's pages: wide and dense, with a colour for each outcome. */
export const CONSOLE_STYLE = [...PARTS, ...PAGES].join('')
