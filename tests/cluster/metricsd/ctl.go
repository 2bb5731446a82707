package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
)

// control sends one command to a server's control socket.
func control(args []string) error {
	if len(args) < 2 {
		return errors.New("no command: set, unset, clear, fail, ok, show")
	}
	socket := args[0]
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}}
	body, err := json.Marshal(args[1:])
	if err != nil {
		return err
	}
	answer, err := (&http.Client{Transport: transport}).Post("http://metrics/", "application/json", bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("no answer from the bed's metrics server; is the bed up, and its component metrics running? (%w)", err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return errors.New(strings.TrimSpace(string(text)))
	}
	_, err = os.Stdout.Write(text)
	return err
}
