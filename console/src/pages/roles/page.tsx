import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import ContentLayout from '@cloudscape-design/components/content-layout';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import Textarea from '@cloudscape-design/components/textarea';
import { useState } from 'react';
import { changePolicy, createPolicy, type Policy, type Role, removePolicy } from '../../api/access.ts';
import { ApiError } from '../../api/client.ts';
import { listRoles } from '../../api/directory.ts';
import { useConsole } from '../../console-context.ts';
import { Problem } from '../../problem.tsx';
import { Question } from '../../question.tsx';
import { texts } from '../../texts/index.ts';
import { useLoad } from '../../use-load.ts';

const words = texts.administration.roles;
const TEMPLATE: Policy = {
  Version: '1.1',
  Statement: [{ Effect: 'Allow', Action: ['cts:*:list*', 'cts:*:get*'] }],
};

type Dialog = { kind: 'create' } | { kind: 'show' | 'change' | 'remove'; role: Role };

/** Those that every account has bear fixed ids. */
const isSystem = ({ id }: Role) => id.startsWith('0'.repeat(28));

/** What groups can be allowed: roles of the system, and policies of the account's own. */
export default function RolesPage() {
  const { api } = useConsole();
  const { value, loading, error, reload } = useLoad((signal) => listRoles(api, signal), 'roles');
  const [dialog, setDialog] = useState<Dialog>();
  const close = (changed: boolean) => {
    setDialog(undefined);
    if (changed) reload();
  };
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description={words.description}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button
                iconName="refresh"
                ariaLabel={texts.common.refresh}
                loading={loading}
                onClick={reload}
              />
              <Button variant="primary" onClick={() => setDialog({ kind: 'create' })}>
                {words.create}
              </Button>
            </SpaceBetween>
          }
        >
          {words.title}
        </Header>
      }
    >
      {error ? (
        <Problem error={error} roles={['Security Administrator']} onRetry={reload} />
      ) : (
        <Table<Role>
          items={value ?? []}
          trackBy="id"
          wrapLines
          loading={loading && !value}
          loadingText={texts.common.loading}
          empty={
            <Box textAlign="center">
              <Box variant="h3">{words.none}</Box>
              <Box color="text-body-secondary">{words.noneText}</Box>
            </Box>
          }
          columnDefinitions={[
            {
              id: 'name',
              header: words.name,
              isRowHeader: true,
              cell: (role) => (
                <Button variant="inline-link" onClick={() => setDialog({ kind: 'show', role })}>
                  {role.display_name}
                </Button>
              ),
            },
            {
              id: 'kind',
              header: words.kind,
              cell: (role) => (isSystem(role) ? words.system : words.custom),
            },
            { id: 'description', header: words.note, cell: ({ description }) => description },
            {
              id: 'actions',
              header: texts.common.actions,
              cell: (role) => (
                <ButtonDropdown
                  variant="inline-icon"
                  expandToViewport
                  ariaLabel={`${texts.common.actions}: ${role.display_name}`}
                  items={[
                    { id: 'show', text: words.show },
                    ...(isSystem(role)
                      ? []
                      : [
                          { id: 'change', text: words.change },
                          { id: 'remove', text: words.remove },
                        ]),
                  ]}
                  onItemClick={({ detail }) =>
                    setDialog({ kind: detail.id as 'show' | 'change' | 'remove', role })
                  }
                />
              ),
            },
          ]}
        />
      )}
      {dialog?.kind === 'create' && <PolicyDialog onClose={close} />}
      {dialog?.kind === 'change' && <PolicyDialog role={dialog.role} onClose={close} />}
      {dialog?.kind === 'show' && <ShowDialog role={dialog.role} onClose={() => close(false)} />}
      {dialog?.kind === 'remove' && (
        <Question
          title={words.removeTitle(dialog.role.display_name)}
          action={words.remove}
          onClose={close}
          work={async () => void (await removePolicy(api, dialog.role.id))}
        >
          {words.removeText}
        </Question>
      )}
    </ContentLayout>
  );
}

function ShowDialog({ role, onClose }: { role: Role; onClose: () => void }) {
  return (
    <Modal
      visible
      header={role.display_name}
      closeAriaLabel={texts.common.close}
      onDismiss={onClose}
      footer={
        <Box float="right">
          <Button variant="primary" onClick={onClose}>
            {texts.common.close}
          </Button>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <Box>{role.description}</Box>
        {role.policy.Statement.map(({ Effect, Action }) => (
          <div key={`${Effect} ${Action.join()}`}>
            <Box variant="h4">{words.effects[Effect]}</Box>
            <ul>
              {Action.map((action) => (
                <li key={action}>
                  <Box variant="code">{action}</Box>
                </li>
              ))}
            </ul>
          </div>
        ))}
        <Box color="text-body-secondary" fontSize="body-s">
          {words.rule}
        </Box>
      </SpaceBetween>
    </Modal>
  );
}

/** Makes a policy, or changes one; its name stays. */
function PolicyDialog({ role, onClose }: { role?: Role; onClose: (changed: boolean) => void }) {
  const { api } = useConsole();
  const [name, setName] = useState('');
  const [description, setDescription] = useState(role?.description ?? '');
  const [text, setText] = useState(JSON.stringify(role?.policy ?? TEMPLATE, null, 2));
  return (
    <Question
      title={role ? words.changeTitle(role.display_name) : words.create}
      action={role ? texts.common.save : words.create}
      onClose={onClose}
      work={async () => {
        const policy = policyOf(text);
        if (role) await changePolicy(api, role.id, { description, policy });
        else await createPolicy(api, { display_name: name, description, policy });
      }}
    >
      {!role && (
        <FormField label={words.name} constraintText={words.nameHint}>
          <Input autoFocus value={name} onChange={({ detail }) => setName(detail.value)} />
        </FormField>
      )}
      <FormField label={words.note} description={texts.common.optional} constraintText={words.noteHint}>
        <Input value={description} onChange={({ detail }) => setDescription(detail.value)} />
      </FormField>
      <FormField label={words.policy} description={words.rule} constraintText={words.policyHint}>
        <Textarea
          rows={14}
          spellcheck={false}
          value={text}
          onChange={({ detail }) => setText(detail.value)}
        />
      </FormField>
    </Question>
  );
}

/** The service judges what it says. @throws ApiError */
function policyOf(text: string): Policy {
  try {
    return JSON.parse(text) as Policy;
  } catch (cause) {
    throw new ApiError(0, '', words.notJson(cause instanceof Error ? cause.message : ''));
  }
}
