import type { people as english } from '../en/people.ts';

const nameHint =
  '1 bis 64 Zeichen: Buchstaben, Ziffern, Leerzeichen und _ . @ + -, beginnend mit einem Buchstaben oder einer Ziffer. Der Name darf noch nicht vergeben sein.';

export const people: typeof english = {
  columns: { name: 'Name', description: 'Beschreibung', state: 'Status', created: 'Erstellt' },
  name: 'Name',
  nameHint,
  descriptionField: 'Beschreibung',
  descriptionHint: 'Optional, höchstens 255 Zeichen.',
  change: 'Beschreibung ändern',
  choose: 'Auswählen',
  nothingToChoose: 'Keine Auswahl vorhanden',
  removeChosen: (name) => `${name} entfernen`,
  save: 'Speichern',
  users: {
    title: 'Benutzer',
    description:
      'Personen und Programme, die sich bei diesem Konto anmelden. Ihre Berechtigungen ergeben sich aus ihren Gruppen.',
    create: 'Benutzer erstellen',
    none: 'Keine Benutzer vorhanden',
    noneText: 'Erstellen Sie einen Benutzer und nehmen Sie ihn in eine Gruppe auf.',
    you: 'Sie',
    enabled: 'Aktiviert',
    disabled: 'Deaktiviert',
    enable: 'Aktivieren',
    disable: 'Deaktivieren',
    remove: 'Löschen',
    notYourself: 'Niemand kann sich selbst deaktivieren oder löschen.',
    password: 'Passwort',
    passwordHint: '8 bis 1.024 Zeichen.',
    setPassword: 'Neues Passwort festlegen',
    setPasswordTitle: (name) => `Neues Passwort für ${name}`,
    setPasswordHint:
      '8 bis 1.024 Zeichen. Das Passwort gilt sofort; teilen Sie es dem Benutzer auf sicherem Weg mit.',
    ownPassword: 'Eigenes Passwort ändern',
    oldPassword: 'Bisheriges Passwort',
    oldPasswordHint: 'Das Passwort, mit dem Sie sich angemeldet haben.',
    oldPasswordWrong:
      'Das bisherige Passwort ist falsch. Warten Sie nach mehreren Fehlversuchen einen Moment, bevor Sie es erneut versuchen.',
    newPassword: 'Neues Passwort',
    newPasswordHint: '8 bis 1.024 Zeichen. Möglicherweise müssen Sie sich damit erneut anmelden.',
    passwordChanged: 'Das Passwort wurde geändert',
    ownPasswordChanged: 'Das Passwort wurde geändert. Ihre anderen Sitzungen und Token sind beendet.',
    group: 'Gruppe',
    groupHint: 'Optional. Die Berechtigungen der Gruppe gelten für den Benutzer sofort.',
    noGroup: 'Keine Gruppe',
    groups: 'Gruppen',
    groupsTitle: (name) => `Gruppen von ${name}`,
    groupsHint: 'Der Benutzer erhält die Berechtigungen aller Rollen dieser Gruppen.',
    changeTitle: (name) => `Benutzer ${name} ändern`,
    disableTitle: (name) => `Benutzer ${name} deaktivieren?`,
    disableText:
      'Bis zur erneuten Aktivierung kann sich der Benutzer nicht anmelden, und seine Zugriffsschlüssel sind unwirksam. Es geht nichts verloren.',
    removeTitle: (name) => `Benutzer ${name} löschen?`,
    removeText:
      'Der Benutzer wird aus allen Gruppen entfernt und kann sich nicht mehr anmelden. Dies lässt sich nicht rückgängig machen; die Traces seiner Vorgänge bleiben erhalten.',
  },
  groups: {
    title: 'Gruppen',
    description:
      'Benutzer mit gleichen Aufgaben. Rollen werden Gruppen zugewiesen, nicht einzelnen Benutzern.',
    create: 'Gruppe erstellen',
    none: 'Keine Gruppen vorhanden',
    noneText: 'Erstellen Sie eine Gruppe, weisen Sie ihr Rollen zu und fügen Sie Benutzer hinzu.',
    descriptions: { Administrators: 'Administratoren' },
    remove: 'Löschen',
    members: 'Mitglieder',
    membersTitle: (name) => `Mitglieder von ${name}`,
    membersHint: 'Alle Mitglieder erhalten die Berechtigungen der Rollen dieser Gruppe.',
    projectRoles: 'Rollen in diesem Projekt',
    projectRolesTitle: (name) => `Rollen von ${name} in diesem Projekt`,
    projectRolesHint: 'Sie gelten nur in dem Projekt, das oben auf der Seite ausgewählt ist.',
    accountRoles: 'Rollen im Konto',
    accountRolesTitle: (name) => `Rollen von ${name} im Konto`,
    accountRolesHint:
      'Sie gelten für alles, was zum Konto und zu keinem Projekt gehört, etwa Benutzer, Gruppen und Rollen.',
    roles: 'Rollen',
    changeTitle: (name) => `Gruppe ${name} ändern`,
    removeTitle: (name) => `Gruppe ${name} löschen?`,
    removeText:
      'Die Mitglieder bleiben als Benutzer bestehen, verlieren aber die Berechtigungen, die nur diese Gruppe gewährt. Dies lässt sich nicht rückgängig machen.',
  },
};
