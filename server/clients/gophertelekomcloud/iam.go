package main

import (
	"strings"

	golangsdk "github.com/opentelekomcloud/gophertelekomcloud"
	"github.com/opentelekomcloud/gophertelekomcloud/openstack"
	"github.com/opentelekomcloud/gophertelekomcloud/openstack/identity/v3/catalog"
	"github.com/opentelekomcloud/gophertelekomcloud/openstack/identity/v3/credentials"
	"github.com/opentelekomcloud/gophertelekomcloud/openstack/identity/v3/domains"
	"github.com/opentelekomcloud/gophertelekomcloud/openstack/identity/v3/groups"
	"github.com/opentelekomcloud/gophertelekomcloud/openstack/identity/v3/policies"
	"github.com/opentelekomcloud/gophertelekomcloud/openstack/identity/v3/projects"
	"github.com/opentelekomcloud/gophertelekomcloud/openstack/identity/v3/regions"
	"github.com/opentelekomcloud/gophertelekomcloud/openstack/identity/v3/roles"
	"github.com/opentelekomcloud/gophertelekomcloud/openstack/identity/v3/tokens"
	"github.com/opentelekomcloud/gophertelekomcloud/openstack/identity/v3/users"
	"github.com/opentelekomcloud/gophertelekomcloud/pagination"
)

// Items of all pages.
func every[Item any](
	what string, pager pagination.Pager, extract func(pagination.Page) ([]Item, error),
) []Item {
	page, err := pager.AllPages()
	need(what, err)
	items, err := extract(page)
	need(what+", read", err)
	return items
}

func driveIam(w world) {
	// As the Terraform provider makes it: no region.
	iam, err := openstack.NewIdentityV3(w.account, golangsdk.EndpointOpts{Availability: golangsdk.AvailabilityPublic})
	need("iam in the catalog", err)
	domain, project := drivePlaces(w, iam)
	user := driveUsers(w, iam, domain)
	group := driveGroups(w, iam, domain, user)
	driveRoles(w, iam, domain, project, group)
	driveKeys(iam, user)
	need("iam remove from group", users.RemoveFromGroup(iam, group, user).Err)
	need("iam delete group", groups.Delete(iam, group).Err)
	need("iam delete user", users.Delete(iam, user).Err)
}

// Ids of the account and of a project of its own.
func drivePlaces(w world, iam *golangsdk.ServiceClient) (string, string) {
	entries := every("iam catalog", catalog.List(iam), catalog.ExtractServiceCatalog)
	equal("iam catalog holds services", len(entries) > 0, true)
	found := every("iam list regions", regions.List(iam, nil), regions.ExtractRegions)
	one, err := regions.Get(iam, found[0].ID).Extract()
	need("iam get region", err)
	equal("iam get region, the answer", one.ID, found[0].ID)
	accounts := *iam
	accounts.Endpoint += "auth/"
	mine := every("iam list domains", domains.List(&accounts, nil), domains.ExtractDomains)
	equal("iam the account", first("iam the account, the first", nil, mine).Name, account)
	made, err := projects.Create(iam, projects.CreateOpts{Name: region + "_" + w.mark, Description: "go"}).Extract()
	need("iam create project", err)
	changed, err := projects.Update(iam, made.ID, projects.UpdateOpts{Description: "changed"}).Extract()
	need("iam update project", err)
	equal("iam update project, the answer", changed.Description, "changed")
	read, err := projects.Get(iam, made.ID).Extract()
	need("iam get project", err)
	equal("iam get project, the answer", read.Name, region+"_"+w.mark)
	named := every("iam list projects", projects.List(iam, projects.ListOpts{Name: region}), projects.ExtractProjects)
	equal("iam projects by name", first("iam projects by name, the first", nil, named).ID, w.project.ProjectID)
	return mine[0].ID, made.ID
}

func driveUsers(w world, iam *golangsdk.ServiceClient, domain string) string {
	const password = "Go-client-1-password"
	made, err := users.Create(iam, users.CreateOpts{
		Name: "jane-" + w.mark, Password: password, DomainID: domain, Description: "go", Enabled: pointer(yes),
	}).Extract()
	need("iam create user", err)
	changed, err := users.Update(iam, made.ID, users.UpdateOpts{Enabled: pointer(no)}).Extract()
	need("iam update user", err)
	equal("iam update user, the answer", changed.Enabled, false)
	need("iam update user, v3.0", users.ExtendedUpdate(iam, made.ID, users.ExtendedUpdateOpts{
		Description: pointer("changed"), Enabled: pointer(yes),
	}).Err)
	read, err := users.Get(iam, made.ID).Extract()
	need("iam get user", err)
	equal("iam get user, the answer", read.Description, "changed")
	named := every("iam list users", users.List(iam, users.ListOpts{Name: "jane-" + w.mark}), users.ExtractUsers)
	equal("iam users by name", first("iam users by name, the first", nil, named).ID, made.ID)
	return made.ID
}

func driveGroups(w world, iam *golangsdk.ServiceClient, domain, user string) string {
	made, err := groups.Create(iam, groups.CreateOpts{Name: "auditors-" + w.mark, DomainID: domain}).Extract()
	need("iam create group", err)
	changed, err := groups.Update(iam, made.ID, groups.UpdateOpts{Description: "changed"}).Extract()
	need("iam update group", err)
	equal("iam update group, the answer", changed.Description, "changed")
	read, err := groups.Get(iam, made.ID).Extract()
	need("iam get group", err)
	equal("iam get group, the answer", read.Name, "auditors-"+w.mark)
	need("iam add to group", users.AddToGroup(iam, made.ID, user).Err)
	named := every("iam list groups", groups.List(iam, groups.ListOpts{Name: read.Name}), groups.ExtractGroups)
	equal("iam groups by name", len(named), 1)
	in := every("iam users of a group", users.ListInGroup(iam, made.ID, nil), users.ExtractUsers)
	equal("iam the user of the group", first("iam the user of the group, the first", nil, in).ID, user)
	of := every("iam groups of a user", users.ListGroups(iam, user), groups.ExtractGroups)
	equal("iam the group of the user", first("iam the group of the user, the first", nil, of).ID, made.ID)
	return made.ID
}

func driveRoles(w world, iam *golangsdk.ServiceClient, domain, project, group string) {
	named := every("iam list roles", roles.List(iam, roles.ListOpts{Name: "system_all_cts_readonly"}), roles.ExtractRoles)
	equal("iam roles by name", len(named), 1)
	role := named[0].ID
	read, err := roles.Get(iam, role).Extract()
	need("iam get role", err)
	equal("iam get role, the answer", read.Name, "system_all_cts_readonly")
	for place, to := range map[string]roles.AssignOpts{
		"in a project":   {GroupID: group, ProjectID: project},
		"in the account": {GroupID: group, DomainID: domain},
	} {
		need("iam assign role "+place, roles.Assign(iam, role, to).ExtractErr())
		need("iam unassign role "+place, roles.Unassign(iam, role, roles.UnassignOpts(to)).ExtractErr())
	}
	need("iam assign role in all projects", roles.UpdateGroupAllProjects(iam, domain, group, role))
	need("iam check role in all projects", roles.CheckGroupAllProjects(iam, domain, group, role))
	// The SDK's own query asks for one role and cannot read the answer; later versions ask so.
	var inherited struct{ Roles []roles.Role }
	_, err = iam.Get(
		iam.ServiceURL("OS-INHERIT", "domains", domain, "groups", group, "roles", "inherited_to_projects"), &inherited, nil)
	need("iam query roles in all projects", err)
	equal("iam roles in all projects", len(inherited.Roles), 1)
	need("iam unassign role in all projects", roles.RemoveGroupAllProjects(iam, domain, group, role))
	drivePolicies(w, iam)
	need("iam delete project", projects.Delete(iam, project).Err)
}

func drivePolicies(w world, account *golangsdk.ServiceClient) {
	// The provider's client for what lies below /v3.0.
	iam := *account
	iam.Endpoint = iam.IdentityBase + "v3.0/"
	policy := policies.CreateOpts{
		DisplayName: "readers-" + w.mark, Type: "AX", Description: "go",
		Policy: policies.CreatePolicy{Version: "1.1", Statement: []policies.CreateStatement{
			{Effect: "Allow", Action: []string{"cts:trace:list"}},
		}},
	}
	made, err := policies.Create(&iam, policy).Extract()
	need("iam create policy", err)
	equal("iam create policy, the answer", made.DisplayName, "readers-"+w.mark)
	policy.Description = "changed"
	changed, err := policies.Update(&iam, made.ID, policy).Extract()
	need("iam update policy", err)
	equal("iam update policy, the answer", changed.Description, "changed")
	read, err := policies.Get(&iam, made.ID).Extract()
	need("iam get policy", err)
	equal("iam get policy, the answer", read.Type, "AX")
	listed, err := policies.List(&iam, policies.ListOpts{DisplayName: policy.DisplayName})
	need("iam list policies", err)
	equal("iam list policies, the answer", len(listed.Roles), 1)
	need("iam delete policy", policies.Delete(&iam, made.ID).Err)
}

func driveKeys(iam *golangsdk.ServiceClient, user string) {
	made, err := credentials.Create(iam, credentials.CreateOpts{UserID: user, Description: "go"}).Extract()
	need("iam create access key", err)
	changed, err := credentials.Update(iam, made.AccessKey, credentials.UpdateOpts{Status: "inactive"}).Extract()
	need("iam update access key", err)
	equal("iam update access key, the answer", changed.Status, "inactive")
	read, err := credentials.Get(iam, made.AccessKey).Extract()
	need("iam get access key", err)
	equal("iam get access key, the answer", read.UserID, user)
	// The SDK's own list fails before it sends anything.
	var listed struct{ Credentials []credentials.Credential }
	keys := strings.Replace(iam.ServiceURL("OS-CREDENTIAL", "credentials"), "/v3/", "/v3.0/", 1)
	_, err = iam.Get(keys+"?user_id="+user, &listed, nil)
	equal("iam the access key listed", first("iam list access keys", err, listed.Credentials).AccessKey, made.AccessKey)
	need("iam delete access key", credentials.Delete(iam, made.AccessKey).Err)
	if token := iam.Token(); token != "" {
		temporary, err := credentials.CreateTemporary(iam, credentials.CreateTemporaryOpts{
			Methods: []string{"token"}, Token: token, Duration: 900,
		}).Extract()
		need("iam create temporary key", err)
		equal("iam create temporary key, the answer", temporary.SecurityToken != "", true)
		valid, err := tokens.Validate(iam, token)
		need("iam validate token", err)
		equal("iam validate token, the answer", valid, true)
		owner, err := tokens.Get(iam, token).ExtractUser()
		need("iam get token", err)
		equal("iam get token, the answer", owner.Name, "admin")
	}
}
