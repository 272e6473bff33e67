// Package control is the way in for tests and the lab: HTTP and JSON on a loopback port, without credentials.
package control

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"

	"appliance-client/lab/talos-machine/internal/faults"
	"appliance-client/lab/talos-machine/internal/machine"
)

// state is the answer to GET /state.
type state struct {
	Stage           machine.Stage  `json:"stage"`
	Mode            machine.Mode   `json:"mode"`
	Listen          string         `json:"listen"`
	Hostname        string         `json:"hostname"`
	BootID          string         `json:"bootId"`
	Boots           int            `json:"boots"`
	Installed       bool           `json:"installed"`
	Bootstrapped    bool           `json:"bootstrapped"`
	KubernetesReady bool           `json:"kubernetesReady"`
	Effects         map[string]int `json:"effects"`
	Calls           map[string]int `json:"calls"`
	Resolvers       []string       `json:"resolvers"`
	TimeServers     []string       `json:"timeServers"`
	Images          []string       `json:"images"`
	Faults          []faults.Fault `json:"faults"`
	Services        []service      `json:"services"`
	Config          *configuration `json:"config"`
	KubernetesDir   string         `json:"kubernetesDir"`
}

type service struct {
	ID      string `json:"id"`
	State   string `json:"state"`
	Healthy *bool  `json:"healthy"`
}

type configuration struct {
	SHA256    string `json:"sha256"`
	ClusterID string `json:"clusterId"`
	MachineCA string `json:"machineCaSha256"`
}

// Handler of the control surface:
//
//	GET  /state           the machine now
//	PUT  /faults          replaces all faults by the list in the body
//	POST /faults          adds the fault in the body
//	DELETE /faults/{kind} lifts the faults of a kind
//	POST /reboot          a reboot in order
//	POST /power-cut       everything ends at once; the machine boots again
//	POST /power-on        switches on a machine that is off
func Handler(m *machine.Machine) http.Handler {
	mux := http.NewServeMux()

	mux.HandleFunc("GET /state", func(w http.ResponseWriter, _ *http.Request) { answer(w, stateOf(m)) })
	mux.HandleFunc("PUT /faults", func(w http.ResponseWriter, r *http.Request) {
		list := []faults.Fault{}
		change(w, r, m, &list, func() error { return m.Faults().Replace(list) })
	})
	mux.HandleFunc("POST /faults", func(w http.ResponseWriter, r *http.Request) {
		fault := faults.Fault{}
		change(w, r, m, &fault, func() error { return m.Faults().Add(fault) })
	})
	mux.HandleFunc("DELETE /faults/{kind}", func(w http.ResponseWriter, r *http.Request) {
		change(w, r, m, nil, func() error { return m.Faults().Lift(faults.Kind(r.PathValue("kind"))) })
	})
	mux.HandleFunc("POST /reboot", func(w http.ResponseWriter, r *http.Request) {
		change(w, r, m, nil, func() error { _, begun := m.Reboot(); <-begun; return nil })
	})
	mux.HandleFunc("POST /power-cut", func(w http.ResponseWriter, r *http.Request) {
		change(w, r, m, nil, func() error { <-m.PowerCut(); return nil })
	})
	mux.HandleFunc("POST /power-on", func(w http.ResponseWriter, r *http.Request) {
		change(w, r, m, nil, func() error { m.PowerOn(); return nil })
	})

	return mux
}

func change(w http.ResponseWriter, r *http.Request, m *machine.Machine, body any, do func() error) {
	if body != nil {
		if err := json.NewDecoder(r.Body).Decode(body); err != nil {
			http.Error(w, "the body is not the JSON that is wanted: "+err.Error(), http.StatusBadRequest)

			return
		}
	}

	if err := do(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)

		return
	}

	answer(w, stateOf(m))
}

func answer(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")

	// The caller is gone when this fails.
	_ = json.NewEncoder(w).Encode(value)
}

func stateOf(m *machine.Machine) state {
	view := m.View()
	s := state{
		Stage: view.Stage, Mode: view.Mode, Listen: view.Listen, Hostname: view.Hostname(), BootID: view.BootID, Boots: view.Boots,
		Installed: view.Installed, Bootstrapped: view.Bootstrapped, KubernetesReady: view.KubernetesReady, Effects: view.Effects, Calls: view.Calls,
		TimeServers: view.TimeServers(), Faults: append([]faults.Fault{}, m.Faults().List()...), KubernetesDir: m.KubernetesDir(),
		Images: []string{}, Services: []service{}, Resolvers: []string{},
	}

	for _, r := range view.Resolvers() {
		s.Resolvers = append(s.Resolvers, r.String())
	}

	for _, image := range view.Images {
		s.Images = append(s.Images, image.Reference)
	}

	for _, one := range view.Services {
		s.Services = append(s.Services, service{ID: one.ID, State: one.State, Healthy: one.Healthy})
	}

	if view.Config != nil {
		content, err := view.Config.Bytes()
		if err == nil {
			s.Config = &configuration{
				SHA256: digest(content), ClusterID: view.Config.Cluster().ID(),
				MachineCA: digest([]byte(strings.TrimSpace(string(view.Config.Machine().Security().IssuingCA().Crt)))),
			}
		}
	}

	return s
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)

	return hex.EncodeToString(sum[:])
}
