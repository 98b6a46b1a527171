// Drives CTS v1.0, v2.0 and v3, SMN and IAM with the Go SDK of Open Telekom Cloud, as its Terraform provider does:
// one client signed in to the project, another one to the account.
//
// Arguments: URL, region (whose project has its name), a mark for the names of what is made, then `password PASSWORD`
// or `aksk ACCESS SECRET [SECURITY_TOKEN]`.
package main

import (
	"errors"
	"fmt"
	"os"

	golangsdk "github.com/opentelekomcloud/gophertelekomcloud"
	"github.com/opentelekomcloud/gophertelekomcloud/openstack"
)

const account = "default"

var region string

// Everything that the steps share.
type world struct {
	// In the names of what is made, so that one run does not meet another.
	mark    string
	project *golangsdk.ProviderClient
	account *golangsdk.ProviderClient
}

func main() {
	if len(os.Args) < 6 {
		fail("arguments", "URL REGION MARK password PASSWORD, or URL REGION MARK aksk ACCESS SECRET [SECURITY_TOKEN]")
	}
	url, with := os.Args[1]+"/v3", os.Args[5:]
	region = os.Args[2]
	w := world{mark: os.Args[3]}
	if os.Args[4] == "password" {
		project := golangsdk.AuthOptions{
			IdentityEndpoint: url, Username: "admin", Password: with[0], DomainName: account, TenantName: region,
		}
		domain := project
		domain.TenantName = ""
		w.project, w.account = signIn(project), signIn(domain)
	} else {
		keys := golangsdk.AKSKAuthOptions{IdentityEndpoint: url, AccessKey: with[0], SecretKey: with[1]}
		if len(with) > 2 {
			keys.SecurityToken = with[2]
		}
		project, domain := keys, keys
		project.ProjectName, domain.Domain = region, account
		if keys.SecurityToken != "" {
			domain.ProjectName = region
		}
		w.project, w.account = signIn(project), signIn(domain)
	}
	// Temporary keys may not administer keys and users.
	if len(with) < 3 {
		driveIam(w)
	}
	driveCts(w)
	driveSmn(w)
}

func signIn(options golangsdk.AuthOptionsProvider) *golangsdk.ProviderClient {
	client, err := openstack.AuthenticatedClient(options)
	need("sign in", err)
	return client
}

// The service that the catalog names for the region.
func service(
	what string,
	make func(*golangsdk.ProviderClient, golangsdk.EndpointOpts) (*golangsdk.ServiceClient, error),
	client *golangsdk.ProviderClient,
) *golangsdk.ServiceClient {
	found, err := make(client, golangsdk.EndpointOpts{Region: region, Availability: golangsdk.AvailabilityPublic})
	need(what+" in the catalog", err)
	return found
}

func need(what string, err error) {
	if err != nil {
		fail(what, err)
	}
	fmt.Println("ok", what)
}

func equal[Value comparable](what string, actual, expected Value) {
	if actual != expected {
		fail(what, fmt.Sprintf("expected %#v, got %#v", expected, actual))
	}
	fmt.Println("ok", what)
}

// The first of what a call listed.
func first[Item any](what string, err error, items []Item) Item {
	if err == nil && len(items) == 0 {
		err = errors.New("nothing is listed")
	}
	need(what, err)
	return items[0]
}

func fail(what string, reason any) {
	fmt.Printf("FAILED %s: %v\n", what, reason)
	os.Exit(1)
}
