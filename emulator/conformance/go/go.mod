module conformance

go 1.22

require github.com/baidubce/bce-sdk-go v0.9.278
