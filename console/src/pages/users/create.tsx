import FormField from '@cloudscape-design/components/form-field';
import Select from '@cloudscape-design/components/select';
import { useState } from 'react';
import { addMember, createUser, listGroups } from '../../api/directory.ts';
import { useConsole } from '../../console-context.ts';
import { Question } from '../../question.tsx';
import { texts } from '../../texts/index.ts';
import { useLoad } from '../../use-load.ts';
import { loadedOptions } from './choice.tsx';
import { DescriptionField, NameField } from './description.tsx';
import { PasswordField } from './password.tsx';

const words = texts.people.users;
const NO_GROUP = { value: '', label: words.noGroup };

export function CreateDialog({ onClose }: { onClose: (changed: boolean) => void }) {
  const { api } = useConsole();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [description, setDescription] = useState('');
  const [group, setGroup] = useState('');
  // A user that exists already, though the group did not take it, is not created twice.
  const [created, setCreated] = useState<string>();
  const work = async () => {
    const user = created ?? (await createUser(api, { name, password, description })).id;
    setCreated(user);
    if (group) await addMember(api, group, user);
  };
  return (
    <Question
      title={words.create}
      action={words.create}
      onClose={(changed) => onClose(changed || created !== undefined)}
      work={work}
    >
      <NameField value={name} onChange={setName} />
      <PasswordField
        label={words.password}
        hint={words.passwordHint}
        value={password}
        onChange={setPassword}
      />
      <DescriptionField value={description} onChange={setDescription} />
      <GroupField value={group} onChange={setGroup} />
    </Question>
  );
}

/** @param props.value id of the group; empty: none */
function GroupField({ value, onChange }: { value: string; onChange: (group: string) => void }) {
  const { api } = useConsole();
  const groups = useLoad((signal) => listGroups(api, signal), 'groups');
  const options = [
    NO_GROUP,
    ...(groups.value ?? []).map(({ id, name, description }) => ({ value: id, label: name, description })),
  ];
  return (
    <FormField label={words.group} constraintText={words.groupHint}>
      <Select
        expandToViewport
        options={options}
        selectedOption={options.find((option) => option.value === value) ?? NO_GROUP}
        {...loadedOptions(groups)}
        onChange={({ detail }) => onChange(detail.selectedOption.value ?? '')}
      />
    </FormField>
  );
}
