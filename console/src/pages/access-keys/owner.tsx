import FormField from '@cloudscape-design/components/form-field';
import Select from '@cloudscape-design/components/select';
import { listUsers } from '../../api/directory.ts';
import { useConsole } from '../../console-context.ts';
import { texts } from '../../texts/index.ts';
import { useLoad } from '../../use-load.ts';

const words = texts.administration.accessKeys;
/** Of how many users one is found by typing. */
const MANY = 10;

interface Owner {
  id: string;
  name: string;
}

/** Whose keys are shown; nothing for whoever may see no users but themselves. */
export function OwnerSelect({ owner, onChange }: { owner: Owner; onChange: (owner: Owner) => void }) {
  const { api, may, session } = useConsole();
  const { value: users = [] } = useLoad(
    async (signal) => (may('iam:users:listUsers') ? listUsers(api, signal) : []),
    'users',
  );
  if (users.length < 2) return null;
  const labelOf = ({ id, name }: Owner) =>
    id === session.user.id ? `${name} (${texts.people.users.you})` : name;
  return (
    <FormField label={words.owner}>
      <Select
        selectedOption={{ value: owner.id, label: labelOf(owner) }}
        options={users.map((user) => ({ value: user.id, label: labelOf(user) }))}
        filteringType={users.length > MANY ? 'auto' : 'none'}
        onChange={({ detail }) => {
          const chosen = users.find(({ id }) => id === detail.selectedOption.value);
          if (chosen) onChange(chosen);
        }}
      />
    </FormField>
  );
}
