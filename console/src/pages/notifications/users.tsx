import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Multiselect, { type MultiselectProps } from '@cloudscape-design/components/multiselect';
import RadioGroup from '@cloudscape-design/components/radio-group';
import { useState } from 'react';
import type { Api } from '../../api/client.ts';
import { listGroups, listMembers } from '../../api/directory.ts';
import { useConsole } from '../../console-context.ts';
import { texts } from '../../texts/index.ts';
import { useLoad } from '../../use-load.ts';
import { type FieldProps, lacksUsers, type Member, type StepProps } from './draft.ts';

const words = texts.notifications.form;
const MOST_USERS = 50;

/** Whose operations are told: everybody's, or those of some members of groups. */
export function Users({ draft, change, told }: StepProps) {
  const { api, may } = useConsole();
  const seesMembers = may('iam:groups:listGroups') && may('iam:groups:getGroup');
  // Who may not see the groups writes names.
  const { value: known, loading } = useLoad(
    async (signal) => (seesMembers ? everyMember(api, signal).catch(() => []) : []),
    'members',
  );
  return (
    <>
      <RadioGroup
        value={draft.everybody ? 'all' : 'some'}
        items={[
          { value: 'all', label: words.allUsers },
          { value: 'some', label: words.someUsers },
        ]}
        onChange={({ detail }) => change({ everybody: detail.value === 'all' })}
      />
      {!draft.everybody && !loading && known && (
        <FormField
          label={words.users}
          errorText={told && lacksUsers(draft) && words.noUser}
          constraintText={known.length > 0 ? words.usersChooseHint : words.usersHint}
        >
          {known.length > 0 ? (
            <Choice known={known} draft={draft} change={change} />
          ) : (
            <Names draft={draft} change={change} />
          )}
        </FormField>
      )}
    </>
  );
}

async function everyMember(api: Api, signal: AbortSignal): Promise<Member[]> {
  const groups = await listGroups(api, signal);
  const members = await Promise.all(
    groups.map(async ({ id, name: group }) =>
      (await listMembers(api, id, signal)).map(({ name: user }) => ({ group, user })),
    ),
  );
  return members.flat();
}

const keyOf = ({ group, user }: Member) => JSON.stringify([group, user]);

function Choice({ known, draft, change }: FieldProps & { known: Member[] }) {
  // A member that was chosen before, and has left its group since, can still be taken out.
  const all = new Map([...known, ...draft.users].map((member) => [keyOf(member), member]));
  const byGroup = new Map<string, MultiselectProps.Option[]>();
  for (const [value, { group, user }] of all) {
    byGroup.set(group, [...(byGroup.get(group) ?? []), { value, label: user, labelTag: group }]);
  }
  const options = [...byGroup].map(([label, members]) => ({ label, options: members }));
  return (
    <Multiselect
      options={options}
      selectedOptions={draft.users.map((member) => ({
        value: keyOf(member),
        label: member.user,
        labelTag: member.group,
      }))}
      filteringType="auto"
      placeholder={words.usersChoose}
      empty={texts.common.none}
      onChange={({ detail }) =>
        change({
          users: detail.selectedOptions
            .flatMap(({ value }) => all.get(value ?? '') ?? [])
            .slice(0, MOST_USERS),
        })
      }
    />
  );
}

function Names({ draft, change }: FieldProps) {
  const [text, setText] = useState(draft.users.map(({ group, user }) => `${group}/${user}`).join(', '));
  return (
    <Input
      value={text}
      onChange={({ detail }) => {
        setText(detail.value);
        change({ users: membersOf(detail.value) });
      }}
    />
  );
}

/** Of "group/user, group/user". */
function membersOf(text: string): Member[] {
  return text.split(',').flatMap((part) => {
    const [, group, user] = /^\s*(?:(.*?)\/)?(.*?)\s*$/.exec(part) ?? [];
    return user ? [{ group: group || words.usersGroup, user }] : [];
  });
}
