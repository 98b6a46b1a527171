import ButtonDropdown, { type ButtonDropdownProps } from '@cloudscape-design/components/button-dropdown';
import { texts } from '../../texts/index.ts';
import { useUnless } from '../../use-unless.ts';

export interface RowAction<Id extends string> extends ButtonDropdownProps.Item {
  id: Id;
  /** Action that it takes; absent: who sees the row may do it. */
  action?: string;
}

interface Props<Id extends string> {
  /** Of what the row shows. */
  name: string;
  items: readonly RowAction<Id>[];
  onChoose: (id: Id) => void;
}

/** What can be done with one row. */
export function RowActions<Id extends string>({ name, items, onChoose }: Props<Id>) {
  const unless = useUnless();
  return (
    <ButtonDropdown
      variant="inline-icon"
      expandToViewport
      ariaLabel={`${texts.common.actions}: ${name}`}
      items={items.map(({ action, ...item }) => ({ ...item, ...(action && unless(action)) }))}
      onItemClick={({ detail }) => onChoose(detail.id as Id)}
    />
  );
}
