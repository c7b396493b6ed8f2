import { CopyBlock, WithCode } from './action'
import { ConsoleFrame, type ConsolePage } from './frame'

type ClientBlock = {
  name: string
  /** The destination of the text: a command line, or the path of a file. */
  where: string
  text: string
}

type Connect = ConsolePage & {
  clients: ClientBlock[]
  addresses: { name: string; text: string; isPage?: boolean }[]
}

/** Renders the configuration that connects each client to this emulator. */
export function ConnectPage({ clients, addresses, ...page }: Connect) {
  return (
    <ConsoleFrame title="Connect" {...page}>
      <h1>Connect a client</h1>
      <ul class="blocks">
        {clients.map(({ name, where, text }) => (
          <li class="card">
            <h2>{name}</h2>
            <p class="soft small">
              <WithCode text={where} />
            </p>
            <CopyBlock name={name} text={text} />
          </li>
        ))}
      </ul>
      <h1>Addresses</h1>
      <ul class="blocks">
        {addresses.map(({ name, text, isPage }) => (
          <li class="card">
            <p class="copy-name">{isPage ? <a href={text}>{name}</a> : name}</p>
            <CopyBlock name={name} text={text} isShort />
          </li>
        ))}
      </ul>
    </ConsoleFrame>
  )
}
