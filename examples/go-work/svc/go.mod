module example.com/tea/svc

go 1.25
