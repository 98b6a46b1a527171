import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Input from '@cloudscape-design/components/input';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';
import { useState } from 'react';
import { changePolicy, createPolicy, type Policy, type Role } from '../../api/access.ts';
import { useConsole } from '../../console-context.ts';
import { Field } from '../../fields.tsx';
import { Question } from '../../question.tsx';
import { Misfilled } from '../../refusal.ts';
import { texts } from '../../texts/index.ts';
import { descriptionOf } from './system.ts';

const words = texts.administration.roles;
const TEMPLATE: Policy = {
  Version: '1.1',
  Statement: [{ Effect: 'Allow', Action: ['cts:*:list*', 'cts:*:get*'] }],
};

/** What a role allows. */
export function ShowDialog({ role, onClose }: { role: Role; onClose: () => void }) {
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
        <Box>{descriptionOf(role)}</Box>
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
export function PolicyDialog({ role, onClose }: { role?: Role; onClose: (changed: boolean) => void }) {
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
        <Field of="display_name" label={words.name} constraintText={words.nameHint}>
          <Input value={name} onChange={({ detail }) => setName(detail.value)} />
        </Field>
      )}
      <Field
        of="description"
        label={words.note}
        description={texts.common.optional}
        constraintText={words.noteHint}
      >
        <Input value={description} onChange={({ detail }) => setDescription(detail.value)} />
      </Field>
      <Field of="policy" label={words.policy} description={words.rule} constraintText={words.policyHint}>
        <Textarea
          rows={14}
          spellcheck={false}
          value={text}
          onChange={({ detail }) => setText(detail.value)}
        />
      </Field>
    </Question>
  );
}

/** The service judges what it says. @throws Misfilled */
function policyOf(text: string): Policy {
  try {
    return JSON.parse(text) as Policy;
  } catch (cause) {
    throw new Misfilled('policy', words.notJson(cause instanceof Error ? cause.message : ''));
  }
}
