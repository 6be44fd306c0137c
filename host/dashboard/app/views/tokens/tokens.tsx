/** Who may do what, and until when: tokens, made here and shown once, and taken back. */

import { useSignal } from '@preact/signals';
import { mayAdminister } from '../../access/session.ts';
import { ask, get } from '../../api/client.ts';
import type { Token } from '../../api/wire-host.ts';
import { useResource } from '../../data/use-resource.ts';
import { Badge } from '../../parts/badge.tsx';
import { Card } from '../../parts/card.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { Copy } from '../../parts/copy.tsx';
import { Icon } from '../../parts/icons.tsx';
import { Either, Empty } from '../../parts/states.tsx';
import { Table } from '../../parts/table.tsx';
import { Ago } from '../../parts/time.tsx';
import { NewToken } from './new-token.tsx';

export function Tokens() {
  const tokens = useResource(
    'tokens',
    (signal) => get<{ tokens: readonly Token[] }>('/v1/tokens', signal).then((answer) => answer.tokens),
    { everyMs: 60_000 },
  );
  const isMaking = useSignal(false);
  const revoking = useSignal<Token | undefined>(undefined);
  if (!mayAdminister.value) {
    return (
      <Empty title="Tokens are for those who administer">
        <p>Yours has another scope. Ask an operator, who makes one by nbox token create.</p>
      </Empty>
    );
  }
  return (
    <Card
      title="Tokens"
      about="beside the one of the operator"
      end={
        <button type="button" class="button primary" onClick={() => (isMaking.value = true)}>
          <Icon name="plus" size={14} />
          New token
        </button>
      }
      flush
    >
      <Either of={tokens} label="tokens">
        {(list) =>
          list.length === 0 ? (
            <Empty title="There is only the operator’s token">
              <p>Give everyone who deploys a token of their own: with no more than they need, and an end.</p>
            </Empty>
          ) : (
            <Table label="tokens">
              <thead>
                <tr>
                  <th scope="col">Name</th>
                  <th scope="col">Scope</th>
                  <th scope="col">Reach</th>
                  <th scope="col" class="mid">
                    Made
                  </th>
                  <th scope="col" class="mid">
                    Last used
                  </th>
                  <th scope="col" class="mid">
                    Ends
                  </th>
                  <th scope="col" class="end">
                    <span class="visually-hidden">Actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {list.map((token) => (
                  <Row key={token.id} token={token} onRevoke={() => (revoking.value = token)} />
                ))}
              </tbody>
            </Table>
          )
        }
      </Either>
      {isMaking.value ? (
        <NewToken
          onClose={() => {
            isMaking.value = false;
            tokens.refresh();
          }}
        />
      ) : null}
      {revoking.value === undefined ? null : (
        <Confirm
          title={`Revoke the token ${revoking.value.name}`}
          action="Revoke it"
          isDangerous
          hasReason={false}
          done={`The token ${revoking.value.name} is revoked`}
          run={() => ask(`/v1/tokens/${revoking.value?.id}`, { method: 'DELETE' })}
          onClose={() => {
            revoking.value = undefined;
            tokens.refresh();
          }}
        >
          <p>
            Whoever uses it is shut out at once, with sessions and streams that are open. It cannot be taken back; a new token can be made.
          </p>
        </Confirm>
      )}
    </Card>
  );
}

const tones = { read: 'plain', deploy: 'accent', admin: 'warn' } as const;

function Row({ token, onRevoke }: { readonly token: Token; readonly onRevoke: () => void }) {
  const { id, name, scope, reach, state, createdAt, createdBy, expiresAt, lastUsedAt } = token;
  return (
    <tr>
      <td class="nowrap">
        <strong>{name}</strong> <Copy text={id} what="the id" />
      </td>
      <td>
        <Badge tone={tones[scope]}>{scope}</Badge>
      </td>
      <td class="mono">{reach === '*' ? 'everything' : reach}</td>
      <td class="mid nowrap">
        <Ago at={createdAt} /> <span class="muted">by {createdBy}</span>
      </td>
      <td class="mid nowrap">{lastUsedAt === null ? <span class="muted">not yet</span> : <Ago at={lastUsedAt} />}</td>
      <td class="mid nowrap">
        {state === 'expired' ? (
          <Badge tone="bad">expired</Badge>
        ) : expiresAt === null ? (
          <span class="muted">never</span>
        ) : (
          new Date(expiresAt).toLocaleDateString()
        )}
      </td>
      <td class="end">
        <button type="button" class="button small quiet" onClick={onRevoke}>
          Revoke…
        </button>
      </td>
    </tr>
  );
}
