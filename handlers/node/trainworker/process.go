package trainworker

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"time"

	"winnow/classifier"
	"winnow/models"
)

const (
	maxModel = 256 << 20 // bytes of a model file
	maxLog   = 4 << 10   // bytes of what the process writes to its standard error
)

// Limits of the process. The memory limit is a soft one of the Go runtime.
var limits = []string{"GOMAXPROCS=1", "GOMEMLIMIT=1GiB"}

// AtLowPriority is false in tests of what waits for a training: beside other tests, which
// take all processors, one of low priority would need minutes.
var AtLowPriority = true

// Train starts command, which must call Main, gives it the data, and returns the
// model and its file. It calls progress from time to time with the steps that are
// done and that there are, 0 when unknown. The process has ended when Train
// returns; it is killed when ctx ends.
func Train(ctx context.Context, command []string, data Data, progress func(done, total int)) (*classifier.Model, []byte, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Env = environment(os.Environ())
	cmd.SysProcAttr = attributes()
	cmd.WaitDelay = 5 * time.Second // for what the process may have started
	log := &tail{}
	cmd.Stderr = log
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, nil, fmt.Errorf("start the training process: %w", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, fmt.Errorf("start the training process: %w", err)
	}
	// On Linux the process dies with the thread that started it, see attributes.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := cmd.Start(); err != nil {
		return nil, nil, fmt.Errorf("start the training process: %w", err)
	}
	if AtLowPriority {
		lowerPriority(cmd.Process.Pid)
	}

	var sender sync.WaitGroup
	sender.Go(func() {
		if err := send(in, data); err != nil {
			cancel(err)
		}
	})
	file, err := receive(out, progress)
	if err != nil {
		cancel(err) // the process may still wait for labels
	}
	sender.Wait()
	exit := cmd.Wait()
	switch {
	case ctx.Err() != nil:
		err = context.Cause(ctx)
		if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
			err = fmt.Errorf("the training process has died: %w: %s", exit, log)
		}
		return nil, nil, err
	case exit != nil:
		return nil, nil, fmt.Errorf("the training process failed: %w: %s", exit, log)
	}
	m, err := classifier.Read(bytes.NewReader(file))
	if err != nil {
		return nil, nil, fmt.Errorf("read the model of the training process: %w", err)
	}
	return m, file, nil
}

// environment returns the process's variables: those of the server without its own
// settings, which may hold passwords.
func environment(of []string) []string {
	variables := []string{}
	for _, v := range of {
		if !strings.HasPrefix(v, "WINNOW_") {
			variables = append(variables, v)
		}
	}
	return append(variables, limits...)
}

// send writes the data to the process. It returns only errors of the data: when the
// process has ended, receive knows more.
func send(in io.WriteCloser, data Data) error {
	defer in.Close()
	w := bufio.NewWriterSize(in, 1<<16)
	lines := json.NewEncoder(w)
	lines.SetEscapeHTML(false)
	if lines.Encode(input{Settings: &settings{data.HoldBudgets}}) != nil {
		return nil
	}
	if more, err := sendAll(lines, data.Labels, func(l models.Label) input { return input{Label: &l} }); !more {
		return err
	}
	if lines.Encode(input{LabelsEnd: true}) != nil {
		return nil
	}
	if data.Traffic != nil {
		if more, err := sendAll(lines, data.Traffic, func(s classifier.Sample) input { return input{Sample: &s} }); !more {
			return err
		}
	}
	if lines.Encode(input{End: true}) == nil {
		_ = w.Flush() // see above
	}
	return nil
}

// sendAll writes a line for each row. It reports whether the process still reads,
// and an error of the rows.
func sendAll[T any](lines *json.Encoder, rows iter.Seq2[T, error], line func(T) input) (more bool, _ error) {
	for row, err := range rows {
		if err != nil {
			return false, err
		}
		if lines.Encode(line(row)) != nil {
			return false, nil
		}
	}
	return true, nil
}

// receive reads the process's output up to the model file, and returns that.
func receive(out io.Reader, progress func(done, total int)) ([]byte, error) {
	r := bufio.NewReaderSize(out, 1<<16)
	for {
		text, err := r.ReadBytes('\n')
		if err != nil {
			return nil, err
		}
		var line output
		if err := json.Unmarshal(text, &line); err != nil {
			return nil, fmt.Errorf("the training process wrote %.100q: %w", text, err)
		}
		switch {
		case line.Error != "":
			return nil, &models.Error{Kind: line.Kind, Message: line.Error}
		case line.Size > maxModel:
			return nil, fmt.Errorf("the training process made a model of %d bytes", line.Size)
		case line.Size > 0:
			data := make([]byte, line.Size)
			_, err := io.ReadFull(r, data)
			return data, err
		}
		progress(line.Done, line.Total)
	}
}

// tail keeps the end of what is written to it.
type tail struct{ text []byte }

func (t *tail) Write(p []byte) (int, error) {
	t.text = append(t.text, p...)
	t.text = t.text[max(0, len(t.text)-maxLog):]
	return len(p), nil
}

func (t *tail) String() string { return string(bytes.TrimSpace(t.text)) }
