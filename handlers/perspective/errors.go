package perspective

import (
	"fmt"
	"math"
	"net/http"
	"strconv"

	"github.com/go-json-experiment/json"
)

// Error is an error as the original writes it: google.rpc.Status in JSON.
type Error struct {
	Code    int      `json:"code"` // the HTTP status
	Message string   `json:"message"`
	Status  string   `json:"status"` // of google.rpc.Code
	Details []detail `json:"details,omitempty"`
}

// detail is a message in google.protobuf.Any. Only the fields of its type are set.
type detail struct {
	Type       string             `json:"@type"`
	ErrorType  string             `json:"errorType,omitempty"`
	Language   *languageError     `json:"languageNotSupportedByAttributeError,omitempty"`
	Violations []violation        `json:"fieldViolations,omitempty"`
	Reason     string             `json:"reason,omitempty"`
	Domain     string             `json:"domain,omitempty"`
	Metadata   *map[string]string `json:"metadata,omitempty"`
	Locale     string             `json:"locale,omitempty"`
	Message    string             `json:"message,omitempty"`
}

type languageError struct {
	DetectedLanguages  []string `json:"detectedLanguages,omitempty"`
	RequestedLanguages []string `json:"requestedLanguages,omitempty"`
	Attribute          string   `json:"attribute"`
}

type violation struct {
	Field       string `json:"field,omitempty"`
	Description string `json:"description"`
}

func (e *Error) Error() string { return e.Message }

// Body returns the body of the reply.
func (e *Error) Body() []byte {
	b, err := json.Marshal(struct {
		Error *Error `json:"error"`
	}{e}, json.Deterministic(true))
	if err != nil {
		panic(err) // all fields are plain
	}
	return b
}

// invalidRequest is the errorType of what has no published name of its own.
const invalidRequest = "INVALID_REQUEST"

const (
	service     = "commentanalyzer.googleapis.com"
	invalidArg  = "INVALID_ARGUMENT"
	typeOfError = "type.googleapis.com/google.commentanalyzer.v1alpha1.Error"
	typeOfInfo  = "type.googleapis.com/google.rpc.ErrorInfo"
)

func invalid(errorType, format string, args ...any) *Error {
	return &Error{
		Code: http.StatusBadRequest, Message: fmt.Sprintf(format, args...), Status: invalidArg,
		Details: []detail{{Type: typeOfError, ErrorType: errorType}},
	}
}

func unknownAttribute(name string) *Error {
	return invalid(invalidRequest, "Unknown requested attribute: %.100s", name)
}

func unsupportedLanguage(attribute string, requested, detected []string) *Error {
	langs := requested
	if len(langs) == 0 {
		langs = detected
	}
	e := invalid("LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE", "Attribute %s does not support request languages: %.200s", attribute, joined(langs))
	e.Details[0].Language = &languageError{DetectedLanguages: detected, RequestedLanguages: requested, Attribute: attribute}
	if len(requested) > 0 {
		e.Details[0].Language.DetectedLanguages = nil
	}
	return e
}

func payloadError(field, message string) *Error {
	return &Error{Code: http.StatusBadRequest, Message: message, Status: invalidArg, Details: []detail{{
		Type: "type.googleapis.com/google.rpc.BadRequest", Violations: []violation{{Field: field, Description: message}},
	}}}
}

// TooLarge is the error of a request of more than limit bytes.
func TooLarge(limit int64) *Error {
	return &Error{Code: http.StatusBadRequest, Message: "Request payload size exceeds the limit: " + strconv.FormatInt(limit, 10) + " bytes.", Status: invalidArg}
}

// NoKey is the error of a request without a key.
func NoKey() *Error {
	return &Error{
		Code: http.StatusForbidden, Status: "PERMISSION_DENIED",
		Message: "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
	}
}

// InvalidKey is the error of a request with a key that no site has.
func InvalidKey() *Error {
	const message = "API key not valid. Please pass a valid API key."
	return &Error{Code: http.StatusBadRequest, Message: message, Status: invalidArg, Details: []detail{
		{Type: typeOfInfo, Reason: "API_KEY_INVALID", Domain: "googleapis.com", Metadata: &map[string]string{"service": service}},
		{Type: "type.googleapis.com/google.rpc.LocalizedMessage", Locale: "en-US", Message: message},
	}}
}

// Blocked is the error of a caller that is known and may not make this call.
func Blocked() *Error {
	return &Error{
		Code: http.StatusForbidden, Status: "PERMISSION_DENIED", Message: "Requests to this API " + service + " are blocked.",
		Details: []detail{{Type: typeOfInfo, Reason: "API_KEY_SERVICE_BLOCKED", Domain: "googleapis.com", Metadata: &map[string]string{"service": service}}},
	}
}

// NotFound is the error of a path that is no method.
func NotFound() *Error {
	return &Error{Code: http.StatusNotFound, Message: "Method not found.", Status: "NOT_FOUND"}
}

// Unreadable is the error of a body that ended too early.
func Unreadable() *Error { return payloadError("", "Invalid JSON payload received.") }

// QuotaExceeded is the error of a key that has sent more requests in a minute than it may.
func QuotaExceeded(site string) *Error {
	const metric, limitName = "Analysis requests (AnalyzeComment)", "Analysis requests (AnalyzeComment) per minute"
	return &Error{
		Code: http.StatusTooManyRequests, Status: "RESOURCE_EXHAUSTED",
		Message: fmt.Sprintf("Quota exceeded for quota metric '%s' and limit '%s' of service '%s' for consumer 'project:%s'.", metric, limitName, service, site),
		Details: []detail{{Type: typeOfInfo, Reason: "RATE_LIMIT_EXCEEDED", Domain: "googleapis.com", Metadata: &map[string]string{
			"consumer": "projects/" + site, "quota_limit": "AnalyzeRequestsPerMinutePerProject",
			"quota_metric": "CommentAnalyzerService/analyze_requests", "service": service,
		}}},
	}
}

// Unavailable is the error of a server that cannot answer now.
func Unavailable() *Error {
	return &Error{Code: http.StatusServiceUnavailable, Message: "The service is currently unavailable.", Status: "UNAVAILABLE"}
}

// Internal is the error of a defect of the server.
func Internal() *Error {
	return &Error{Code: http.StatusInternalServerError, Message: "Internal error encountered.", Status: "INTERNAL"}
}

// rounded has the precision of the original.
func rounded(p float64) float64 { return math.Round(p*1e7) / 1e7 }
