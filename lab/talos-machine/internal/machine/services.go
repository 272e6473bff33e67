package machine

import (
	"slices"
	"time"

	machineapi "github.com/siderolabs/talos/pkg/machinery/api/machine"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// Service of the machine: its state in Talos' words and whether it is healthy (nil: no health check, or none yet).
type Service struct {
	ID      string
	State   string
	Healthy *bool
	Message string
	Changed time.Time
	Events  []ServiceEvent
}

// ServiceEvent is one entry of a service's history.
type ServiceEvent struct {
	State   string
	Message string
	At      time.Time
}

const keptServiceEvents = 64

// Running says whether Talos would call the service running.
func (s Service) Running() bool { return s.State == "Running" }

// AsProto gives the service as the ServiceList call does.
func (s Service) AsProto() *machineapi.ServiceInfo {
	info := &machineapi.ServiceInfo{
		Id:    s.ID,
		State: s.State,
		Health: &machineapi.ServiceHealth{
			Unknown: s.Healthy == nil, Healthy: s.Healthy != nil && *s.Healthy, LastMessage: s.Message, LastChange: timestamppb.New(s.Changed),
		},
		Events: &machineapi.ServiceEvents{},
	}

	for _, e := range s.Events {
		info.Events.Events = append(info.Events.Events, &machineapi.ServiceEvent{Msg: e.Message, State: e.State, Ts: timestamppb.New(e.At)})
	}

	return info
}

// setService records a change of a service and tells it on the console, in its log and as an event.
func (m *Machine) setService(id, state, message string, healthy *bool) {
	m.mu.Lock()

	service := m.services[id]
	service.ID, service.State, service.Healthy, service.Changed = id, state, healthy, m.nowLocked()
	service.Message = ""

	if healthy != nil && !*healthy {
		service.Message = message
	}

	service.Events = append(slices.Clone(service.Events), ServiceEvent{State: state, Message: message, At: service.Changed})
	if len(service.Events) > keptServiceEvents {
		service.Events = service.Events[1:]
	}

	m.services[id] = service
	m.mu.Unlock()

	m.console.Printf("[talos] service[%s](%s): %s", id, state, message)
	m.events.Publish("", &machineapi.ServiceStateEvent{
		Service: id, Action: action(state), Message: message,
		Health: service.AsProto().Health,
	})
	m.notify()
}

func action(state string) machineapi.ServiceStateEvent_Action {
	return machineapi.ServiceStateEvent_Action(machineapi.ServiceStateEvent_Action_value[map[string]string{
		"Initialized": "INITIALIZED", "Preparing": "PREPARING", "Waiting": "WAITING", "Running": "RUNNING", "Stopping": "STOPPING",
		"Finished": "FINISHED", "Failed": "FAILED", "Skipped": "SKIPPED", "Starting": "STARTING",
	}[state]])
}

func yes() *bool { v := true; return &v }
func no() *bool  { v := false; return &v }
