import type { Child } from 'hono/jsx'
import { CopyBlock, Guide, WithCode } from './action'
import { ConsoleFrame, type ConsolePage } from './frame'

export type Block = {
  name: string
  /** The destination of the text: a command line, or the path of a file. */
  where: string
  text: string
  /** The link that adds the server to the client. */
  install?: string
}

type Connect = ConsolePage & {
  clients: Block[]
  /** The values that any library for JWTs needs to verify an assertion. */
  verification: { name: string; text: string }[]
  servers: Block[]
  tests: Block[]
  tours: Block[]
  addresses: { name: string; text: string; isPage?: boolean }[]
}

/** Renders the texts that connect clients, servers and tests to this emulator. */
export function ConnectPage(props: Connect) {
  const { clients, verification, servers, tests, tours, addresses, ...page } = props
  return (
    <ConsoleFrame title="Connect" {...page}>
      <h1>Connect</h1>
      <nav class="chips" aria-label="Sections">
        <ul>
          {SECTIONS.map(({ id, name }) => (
            <li>
              <a href={`#${id}`}>{name}</a>
            </li>
          ))}
        </ul>
      </nav>
      <Section
        id="clients"
        lead={
          <>
            The address of the MCP server is the same for every client. <Guide file="clients.md" />
          </>
        }
      >
        <Blocks blocks={clients} />
      </Section>
      <Section
        id="server"
        lead="Behind Access, your server gets no access token. It verifies the assertion in a header, with these values:"
      >
        <dl class="verification card">
          {verification.map(({ name, text }) => (
            <div>
              <dt>{name}</dt>
              <dd>
                <CopyBlock name={name} text={text} isShort />
              </dd>
            </div>
          ))}
        </dl>
        <p class="soft">
          Then start the emulator with <code>ORIGIN_URL</code>, and{' '}
          <a href="/_emulator/console/check-origin">check your server</a>.{' '}
          <Guide file="your-server.md" />
        </p>
        <Blocks blocks={servers} isFolded />
      </Section>
      <Section id="tests" lead={<Guide file="testing.md" />}>
        <Blocks blocks={tests} isFolded />
      </Section>
      <Section id="curl">
        <Blocks blocks={tours} isFolded />
      </Section>
      <Section id="addresses">
        <ul class="blocks">
          {addresses.map(({ name, text, isPage }) => (
            <li class="card">
              <p class="copy-name">{isPage ? <a href={text}>{name}</a> : name}</p>
              <CopyBlock name={name} text={text} isShort />
            </li>
          ))}
        </ul>
      </Section>
    </ConsoleFrame>
  )
}

const SECTIONS = [
  { id: 'clients', name: 'Clients' },
  { id: 'server', name: 'Your server' },
  { id: 'tests', name: 'Tests' },
  { id: 'curl', name: 'curl and service tokens' },
  { id: 'addresses', name: 'Addresses' },
] as const

type SectionOf = { id: (typeof SECTIONS)[number]['id']; lead?: Child; children: Child }

function Section({ id, lead, children }: SectionOf) {
  return (
    <section class="connect" aria-labelledby={id}>
      <h2 id={id}>{SECTIONS.find((section) => section.id === id)?.name}</h2>
      {lead && <p class="soft">{lead}</p>}
      {children}
    </section>
  )
}

function Blocks({ blocks, isFolded }: { blocks: Block[]; isFolded?: boolean }) {
  return (
    <ul class="blocks">
      {blocks.map((block) => (
        <li class="card">
          {isFolded ? (
            <details id={`block-${block.name.toLowerCase().replaceAll(' ', '-')}`}>
              <summary>
                <h3>{block.name}</h3>
              </summary>
              <BlockText block={block} />
            </details>
          ) : (
            <>
              <div class="block-head">
                <h3>{block.name}</h3>
                {block.install && <a href={block.install}>Install in {block.name}</a>}
              </div>
              <BlockText block={block} />
            </>
          )}
        </li>
      ))}
    </ul>
  )
}

function BlockText({ block: { name, where, text } }: { block: Block }) {
  return (
    <>
      <p class="soft small">
        <WithCode text={where} />
      </p>
      <CopyBlock name={name} text={text} />
    </>
  )
}
