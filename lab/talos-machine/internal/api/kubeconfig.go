package api

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"time"

	"github.com/siderolabs/talos/pkg/machinery/api/common"
	machineapi "github.com/siderolabs/talos/pkg/machinery/api/machine"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

// Kubeconfig of an administrator, in a .tar.gz as talosctl wants it.
func (s *machined) Kubeconfig(_ *emptypb.Empty, out grpc.ServerStreamingServer[common.Data]) error {
	content, err := s.machine.Kubeconfig()
	if err != nil {
		return err
	}

	var packed bytes.Buffer

	zipped := gzip.NewWriter(&packed)
	archive := tar.NewWriter(zipped)

	if err = archive.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "kubeconfig", Size: int64(len(content)), ModTime: time.Now(), Mode: 0o600}); err != nil {
		return err
	}

	if _, err = archive.Write(content); err != nil {
		return err
	}

	if err = archive.Close(); err != nil {
		return err
	}

	if err = zipped.Close(); err != nil {
		return err
	}

	return out.Send(&common.Data{Bytes: packed.Bytes()})
}

var _ machineapi.MachineServiceServer = (*machined)(nil)
