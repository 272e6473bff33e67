package machine

import (
	machineapi "github.com/siderolabs/talos/pkg/machinery/api/machine"
)

var stageEvents = map[Stage]machineapi.MachineStatusEvent_MachineStage{
	StageMaintenance: machineapi.MachineStatusEvent_MAINTENANCE, StageInstalling: machineapi.MachineStatusEvent_INSTALLING,
	StageBooting: machineapi.MachineStatusEvent_BOOTING, StageRunning: machineapi.MachineStatusEvent_RUNNING,
	StageRebooting: machineapi.MachineStatusEvent_REBOOTING, StageShuttingDown: machineapi.MachineStatusEvent_SHUTTING_DOWN,
	StageResetting: machineapi.MachineStatusEvent_RESETTING,
}

func (m *Machine) publishStage() {
	view := m.View()
	unmet := view.Unmet()
	status := &machineapi.MachineStatusEvent_MachineStatus{Ready: len(unmet) == 0}

	for name, reason := range unmet {
		status.UnmetConditions = append(status.UnmetConditions, &machineapi.MachineStatusEvent_MachineStatus_UnmetCondition{Name: name, Reason: reason})
	}

	m.events.Publish("", &machineapi.MachineStatusEvent{Stage: stageEvents[view.Stage], Status: status})
}

func (m *Machine) publishTask(actor, task string, action machineapi.TaskEvent_Action) {
	m.events.Publish(actor, &machineapi.TaskEvent{Task: task, Action: action})
}
